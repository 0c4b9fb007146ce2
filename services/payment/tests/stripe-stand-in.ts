import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { sign } from '../infrastructure/providers/signature.ts'
import { openAccount, type Reply, refuse } from './stripe-account.ts'

/** How the next request of a path goes wrong: before it is done (`500`), or after it (`lost`), or never ends (`hangs`). */
type Mishap = '500' | 'lost' | 'hangs' | 'late 500'

/** Serves an account at Stripe over HTTP: under idempotency keys, and with mishaps. */
export const openStripe = async (secret: string, now: () => Date) => {
  const { answer, ...account } = openAccount(now)
  const stored = new Map<string, Reply>()
  const mishaps: { path: RegExp; how: Mishap }[] = []
  const requests: { path: string; key: string | undefined }[] = []

  const once = (key: string | undefined, run: () => Reply): Reply => {
    const before = key === undefined ? undefined : stored.get(key)
    // As it was then: what is answered again does not tell what came since.
    const reply = before ?? (JSON.parse(JSON.stringify(run())) as Reply)
    if (key !== undefined) stored.set(key, reply)
    return reply
  }

  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://stripe')
    const form = request.method === 'GET' ? searchParams : new URLSearchParams(Buffer.concat(chunks).toString())
    const key = request.headers['idempotency-key'] as string | undefined
    requests.push({ path: pathname, key })
    const at = mishaps.findIndex(({ path }) => path.test(`${request.method} ${pathname}`))
    const how = at < 0 ? undefined : mishaps.splice(at, 1)[0]?.how
    const fail = refuse(500, 'api_error', 'api_error')
    const reply =
      how === '500'
        ? fail
        : once(request.method === 'GET' ? undefined : key, () => answer(request.method ?? '', pathname, form))
    if (how === 'hangs') return
    if (how === 'lost') return void request.socket.destroy()
    const { status, body } = how === 'late 500' ? fail : reply
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(body))
  }
  const server = createServer((request, response) => void handle(request, response))
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    ...account,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    /** Lets the next request like this go wrong. */
    spoil: (path: RegExp, how: Mishap) => void mishaps.push({ path, how }),
    signed: (body: Buffer) => ({ 'stripe-signature': sign(secret, body, now()) }),
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
