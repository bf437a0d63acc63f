import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

/** A Mini App that writes down what Telegram tells it, and asks for what its buttons are called. */
const PAGE = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Toy</title></head>
<body><h1>Toy app</h1><main><ol id="heard"></ol></main>
<script>
  const ask = (eventType, eventData = {}) => parent.postMessage(JSON.stringify({ eventType, eventData }), '*')
  addEventListener('message', ({ source, data }) => {
    if (source !== parent) return
    const { eventType, eventData } = JSON.parse(data)
    const line = document.createElement('li')
    line.textContent = eventType + ' ' + JSON.stringify(eventData ?? {})
    document.querySelector('#heard').append(line)
  })
  window.ask = ask
  ask('web_app_ready')
</script></body></html>`

/** Serves a page of another site until the test ends; gives its address. */
export const serveHtml = async (html: string): Promise<string> => {
  const server = createServer((request, response) => {
    // browsers ask for an icon by themselves
    if (request.url === '/favicon.ico') return response.writeHead(204).end()
    return response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(html)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

export const serveToyApp = (): Promise<string> => serveHtml(PAGE)
