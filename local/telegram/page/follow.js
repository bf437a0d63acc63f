let events

/** Said again they would be wrong or seen twice. */
const PASSING = new Set(['action', 'settings'])

/**
 * Follows one person's chat until somebody else's is followed. After a lost connection everything is read again (`readAgain`, which never rejects):
 * nothing is missed, nothing doubles. What happens while that is read is applied at once, and once more afterwards, since what was read
 * may be older.
 */
export const follow = (personId, { readAgain, apply, setOnline }) => {
  events?.close()
  const source = new EventSource(`/sim/events?person=${personId}`)
  events = source
  /** What has happened while the chat is read; undefined when it is not. */
  let meanwhile
  source.onopen = async () => {
    setOnline(true)
    const mine = []
    meanwhile = mine
    await readAgain()
    // opened anew, or closed, since
    if (meanwhile !== mine || events !== source) return
    meanwhile = undefined
    for (const event of mine) apply(event)
  }
  source.onmessage = ({ data }) => {
    const event = JSON.parse(data)
    if (!PASSING.has(event.type)) meanwhile?.push(event)
    apply(event)
  }
  source.onerror = () => setOnline(false)
}
