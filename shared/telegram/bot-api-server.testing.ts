import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'

export const TEST_TOKEN = '123456789:AAExampleExampleExampleExampleExample'

/** A server on 127.0.0.1 in the place of api.telegram.org, for what happens below the Bot API: links that break. */
export const startBotApiServer = async (
  answer: (request: IncomingMessage, response: ServerResponse, body: string) => void,
): Promise<{ apiRoot: string; urls: string[]; stop: () => Promise<void> }> => {
  const urls: string[] = []
  const server = createServer((request, response) => {
    urls.push(request.url ?? '')
    const chunks: Buffer[] = []
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', () => answer(request, response, Buffer.concat(chunks).toString('latin1')))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('No port was given.')
  return {
    apiRoot: `http://127.0.0.1:${address.port}`,
    urls,
    stop: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

export const answerJson = (response: ServerResponse, status: number, value: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(value))
}
