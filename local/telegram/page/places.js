/** Where this page stands: alone, or as one of the two panes of split.html. */
const pane = new URLSearchParams(location.search).get('pane')

export const isPane = pane === 'left' || pane === 'right'
export const isRightPane = pane === 'right'

/** The left pane shows whom the page alone shows. */
const MAIN = 'kopeika-person'
const BESIDE = 'kopeika-person-beside'

export const rememberPerson = (id) => localStorage.setItem(isRightPane ? BESIDE : MAIN, String(id))

/** Whom this page shows: the last person here, in two panes never the same one twice. Undefined = there is none yet. */
export const pickPerson = (people) => {
  const known = (key) => people.find(({ id }) => String(id) === localStorage.getItem(key))
  const main = known(MAIN) ?? people[0]
  if (!isRightPane) return main
  const last = known(BESIDE)
  return last !== undefined && last !== main ? last : people.find((person) => person !== main)
}

/** The person in the pane beside this one. */
export const isBeside = (id) => isPane && localStorage.getItem(isRightPane ? MAIN : BESIDE) === String(id)

export const openSplit = () => location.assign('/split.html')

/** Leaves the two panes with this one's person. */
export const closeSplit = (id) => {
  localStorage.setItem(MAIN, String(id))
  window.parent.location.assign('/')
}
