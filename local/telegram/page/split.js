import { followLanguage, t, translatePage } from './i18n.js'

const show = () => {
  translatePage()
  document.title = `${t('twoPeople')} — Telegram`
}

/** Where the panes lie one beside the other off the screen, the keys can scroll there. */
const panes = document.querySelector('.panes')
const narrow = matchMedia('(max-width: 859px)')
const letKeysScroll = () => {
  panes.tabIndex = narrow.matches ? 0 : -1
}
narrow.addEventListener('change', letKeysScroll)
letKeysScroll()

followLanguage(show)
show()
