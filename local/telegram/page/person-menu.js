import { askNewPerson } from './dialogs.js'
import { byId, el, icon, paintAvatar } from './dom.js'
import { currentLanguage, formatNumber, t } from './i18n.js'
import { isBeside, isPane, openSplit } from './places.js'

const chip = byId('person-chip')
const menu = byId('person-menu')

const close = () => {
  menu.hidden = true
  chip.setAttribute('aria-expanded', 'false')
}

/** Name, sign and purse of whoever is writing. */
export const showPerson = (person, isOperator) => {
  paintAvatar(byId('person-avatar'), person, isOperator)
  byId('person-name').textContent = person.firstName
  byId('person-stars').textContent = formatNumber(person.stars)
}

const LANGUAGES = { ru: 'Русский', en: 'English' }

const entry = (className, onclick, ...children) =>
  el(
    'button',
    {
      type: 'button',
      class: className,
      onclick: () => {
        close()
        onclick()
      },
    },
    ...children,
  )

const personEntry = (model, handlers) => (person) =>
  entry(
    '',
    () => handlers.choose(person),
    paintAvatar(el('span'), person, model.operatorIds.includes(person.id)),
    el(
      'span',
      { class: 'grow' },
      person.firstName,
      el('span', { class: 'hint' }, `  ${person.languageCode ?? ''}`),
    ),
    person.id === model.person().id ? icon('check') : undefined,
  )

/** Operators who have not been anybody's yet. */
const operatorEntries = (model, handlers) =>
  model.operatorIds
    .filter((id) => model.people().every((person) => person.id !== id))
    .map((id) => entry('', () => handlers.becomeOperator(id), icon('shield'), t('operator')))

const languageEntry = (person, handlers) =>
  entry(
    '',
    handlers.switchPersonLanguage,
    icon('letter'),
    el('span', { class: 'grow' }, t('theirLanguage')),
    el('span', { class: 'hint' }, LANGUAGES[person.languageCode] ?? person.languageCode ?? ''),
  )

const splitEntry = (handlers) =>
  entry('', isPane ? handlers.closeSplit : openSplit, icon('split'), t(isPane ? 'onePerson' : 'twoPeople'))

/** `model` gives the people, the current one and who are operators; `handlers` switch, block and change languages. */
export const startPersonMenu = (model, handlers) => {
  const build = () => {
    const current = model.person()
    const add = async () => {
      const person = await askNewPerson()
      if (person !== undefined) handlers.choose(person)
    }
    menu.replaceChildren(
      ...model
        .people()
        .filter(({ id }) => !isBeside(id))
        .map(personEntry(model, handlers)),
      ...operatorEntries(model, handlers),
      entry('', add, icon('plus'), t('newPerson')),
      el('hr'),
      languageEntry(current, handlers),
      splitEntry(handlers),
      entry(
        '',
        handlers.switchLanguage,
        icon('globe'),
        el('span', { lang: currentLanguage() === 'ru' ? 'en' : 'ru' }, t('interface')),
      ),
      current.started
        ? entry(
            current.blocked ? '' : 'danger',
            handlers.toggleBlock,
            icon('ban'),
            t(current.blocked ? 'unblock' : 'block'),
          )
        : '',
    )
  }
  chip.addEventListener('click', async () => {
    if (!menu.hidden) return close()
    // others may have come in another pane or tab
    await handlers.refreshPeople()
    build()
    menu.hidden = false
    chip.setAttribute('aria-expanded', 'true')
    menu.querySelector('button')?.focus({ focusVisible: false })
  })
  menu.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') {
      close()
      chip.focus()
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step === undefined) return
    event.preventDefault()
    const all = [...menu.querySelectorAll('button')]
    all[(all.indexOf(document.activeElement) + step + all.length) % all.length]?.focus()
  })
  document.addEventListener('click', (event) => {
    if (!menu.contains(event.target) && !chip.contains(event.target)) close()
  })
}
