/** Makes an element: properties, then children (nodes or texts). Texts stay texts, so nothing a bot sends becomes markup. */
export const el = (tag, properties = {}, ...children) => {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === false) continue
    if (name === 'class') element.className = value
    else if (name.startsWith('on')) element.addEventListener(name.slice(2), value)
    else if (name in element && !name.startsWith('aria')) element[name] = value
    else element.setAttribute(name, value)
  }
  element.append(...children.filter((child) => child !== undefined && child !== null))
  return element
}

const SVG = 'http://www.w3.org/2000/svg'

/** A picture of the sprite in index.html. */
export const icon = (name, className = '') => {
  const svg = document.createElementNS(SVG, 'svg')
  const use = document.createElementNS(SVG, 'use')
  use.setAttribute('href', `#i-${name}`)
  svg.setAttribute('aria-hidden', 'true')
  if (className !== '') svg.setAttribute('class', className)
  svg.append(use)
  return svg
}

export const byId = (id) => document.getElementById(id)

const TONES = 5

/** The round sign of a person: the first letter on a colour that stays theirs. */
export const paintAvatar = (element, person, isOperator) => {
  element.replaceChildren(isOperator ? icon('shield') : ([...person.firstName][0]?.toUpperCase() ?? '?'))
  element.className = `avatar small ${isOperator ? 'operator' : `tone-${person.id % TONES}`}`
  return element
}
