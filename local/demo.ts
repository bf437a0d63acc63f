/** `npm run demo`: plays a first visit against the running stack and proves each step; exit 1 when one is not as it must be. */
import { parseArgs } from 'node:util'
import { Language } from '#shared/domain/settings.ts'
import { processEnv } from '#shared/platform/env.ts'
import { loadTariff } from '#shared/platform/tariff-file.ts'
import { sendPhoto, sendTranscript, sendVoice } from './demo/files.ts'
import { printLeftovers } from './demo/leftovers.ts'
import {
  readHistory,
  refundInChat,
  reserveAndCapture,
  topUpWithStars,
  topUpWithYookassa,
} from './demo/money.ts'
import { readStack } from './demo/stack.ts'
import { openVisit } from './demo/visit.ts'

const LANGUAGES = Language.options.join(', ')
const HELP = `Plays a first visit of a new person against the running stack (npm start), line by line, and proves each step.

  npm run demo [-- --language ru|en]

KOPEIKA_HOME  the stack's folder (default: .kopeika)
`

const readArguments = () => {
  const { values } = parseArgs({
    options: {
      language: { type: 'string', default: 'en' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  return values
}

const parseLanguage = (written: string): Language => {
  const language = Language.safeParse(written)
  if (language.success) return language.data
  throw new Error(`There is no language "${written}"; there are: ${LANGUAGES}.`)
}

const play = async (written: string): Promise<void> => {
  const language = parseLanguage(written)
  const print = (line: string): void => console.log(line)
  const stack = readStack(processEnv().KOPEIKA_HOME ?? '.kopeika')
  const tariff = loadTariff(new URL('../tariff.yml', import.meta.url).pathname)
  const visit = await openVisit({ stack, tariff, language, print })
  const { chat } = visit
  let step = 0
  const title = (words: string): void => {
    step += 1
    print(`\n${step}. ${words}`)
  }

  title('A stranger writes: the account is made, with a welcome bonus')
  await chat.say('/start')
  const { user } = await visit.expectChange(tariff.welcomeBonus, `user ${chat.personId} registered, bonus`)
  await chat.say('/balance')

  title('Top-up with Telegram Stars')
  await topUpWithStars(visit)

  title('A photo becomes the avatar, and is charged')
  await sendPhoto(visit)

  title('A text file becomes an encrypted transcript, and is charged')
  const secrets = [await sendTranscript(visit)]

  // a recogniser of one's own hears what it hears: only the simulator's words are known
  if (typeof stack.speech?.control === 'string') {
    title('A voice message becomes a transcript: priced first, charged when the text is there')
    secrets.push(await sendVoice(visit))
  }

  const control = stack.yookassa?.control
  if (control !== undefined && control !== null) {
    title('Top-up by card through YooKassa')
    await topUpWithYookassa(visit, control)
  }

  title('Work that lasts: coins are reserved first, and only its price is taken')
  await reserveAndCapture(visit)

  title('A refund: bought by mistake, given back in the chat')
  await refundInChat(visit)

  title('History: why did my balance change')
  await readHistory(visit)

  title('What the visit left behind')
  await printLeftovers(stack, { userId: user.id, coins: visit.coins(), secrets }, print)
  print('\nThe demo passed.')
}

try {
  const { help, language } = readArguments()
  if (help) process.stdout.write(HELP)
  else await play(language)
} catch (error) {
  process.stderr.write(`\nThe demo failed: ${error instanceof Error ? error.message : error}\n`)
  process.exitCode = 1
}
