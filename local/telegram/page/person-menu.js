import { askNewPerson, starsText } from './dialogs.js'
import { byId, el, icon, paintAvatar } from './dom.js'
import { currentLanguage, t } from './i18n.js'

const chip = byId('person-chip')
const menu = byId('person-menu')

const close = () => {
  menu.hidden = true
  chip.setAttribute('aria-expanded', 'false')
}

/** Name, sign and purse of whoever is writing. */
export const showPerson = (person) => {
  paintAvatar(byId('person-avatar'), person)
  byId('person-name').textContent = person.firstName
  byId('person-stars').textContent = starsText(person)
}

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

/** `model` gives the people and the current one; `handlers` switch, block and change the language. */
export const startPersonMenu = (model, handlers) => {
  const build = () => {
    const current = model.person()
    const people = model
      .people()
      .map((person) =>
        entry(
          '',
          () => handlers.choose(person),
          paintAvatar(el('span'), person),
          el(
            'span',
            { class: 'grow' },
            person.firstName,
            el('span', { class: 'hint' }, `  ${person.languageCode ?? ''}`),
          ),
          person.id === current.id ? icon('check') : undefined,
        ),
      )
    const add = async () => {
      const person = await askNewPerson()
      if (person !== undefined) handlers.choose(person)
    }
    menu.replaceChildren(
      ...people,
      entry('', add, icon('plus'), t('newPerson')),
      el('hr'),
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
  chip.addEventListener('click', () => {
    if (!menu.hidden) return close()
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
