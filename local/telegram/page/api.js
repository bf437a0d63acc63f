const call = async (path, options) => {
  const response = await fetch(path, options)
  const body = await response.json().catch(() => ({}))
  if (!response.ok) throw new Error(body.error ?? `HTTP ${response.status}`)
  return body
}

const post = (path, body) =>
  call(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })

export const api = {
  state: () => call('/sim/state'),
  people: () => call('/sim/people').then(({ people }) => people),
  change: (id, profile) => post(`/sim/chats/${id}/profile`, profile),
  addPerson: (person) => post('/sim/people', person).then((answer) => answer.person),
  chat: (id) => call(`/sim/chats/${id}`),
  messages: (id, query = '') => call(`/sim/chats/${id}/messages${query}`),
  sendText: (id, text, replyTo) => post(`/sim/chats/${id}/messages`, { text, replyTo }),
  sendFile: (id, field, file, caption) => {
    const form = new FormData()
    form.append(field, file, file.name)
    if (caption !== '') form.append('caption', caption)
    return call(`/sim/chats/${id}/messages`, { method: 'POST', body: form })
  },
  sampleVoice: (id, sample) => post(`/sim/chats/${id}/sample-voice`, sample),
  press: (id, messageId, data) => post(`/sim/chats/${id}/callbacks`, { messageId, data }),
  pay: (id, payment) => post(`/sim/chats/${id}/payments`, payment),
  invoice: (slug) => call(`/sim/invoices/${slug}`).then(({ invoice }) => invoice),
  block: (id, blocked) => post(`/sim/chats/${id}/block`, { blocked }),
  sendData: (id, buttonText, data) => post(`/sim/chats/${id}/web-app-data`, { buttonText, data }),
  webApp: (id, url) => post(`/sim/chats/${id}/web-app`, { url }).then((answer) => answer.url),
}
