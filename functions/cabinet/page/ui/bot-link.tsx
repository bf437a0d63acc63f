import type { ComponentChildren } from 'preact'
import { useApp } from '../state/app-context.ts'

/** Leads to the bot's chat; nowhere while the server does not know the bot's name. */
export const BotLink = ({ children }: { children: ComponentChildren }) => {
  const { me, telegram } = useApp()
  if (me.bot.username === '') return null
  const url = `https://t.me/${me.bot.username}`
  return (
    <a
      class="button plain"
      href={url}
      target="_blank"
      rel="noopener noreferrer"
      onClick={(event) => {
        if (telegram.openLink(url)) event.preventDefault()
      }}
    >
      <span>{children}</span>
    </a>
  )
}
