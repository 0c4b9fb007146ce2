import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Where a forger publishes keys, and how often anybody asked for them. */
export const startKeysServer = async (): Promise<{ url: string; asked(): number; stop(): Promise<void> }> => {
  let asked = 0
  const server = createServer((_, response) => {
    asked += 1
    response.end('{"keys":[]}')
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys.json`,
    asked: () => asked,
    stop: async () => {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}
