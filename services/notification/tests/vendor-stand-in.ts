import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A request as a vendor's API got it. */
export interface Received {
  method: string
  path: string
  query: URLSearchParams
  headers: Readonly<Record<string, string>>
  body: Buffer
}

export interface Answer {
  status: number
  headers?: Record<string, string>
  body?: unknown
}

/** What an API does instead of its work, or (`lost`, `headers-only`) after it. */
export type Trouble = Answer | 'hang' | 'cut' | 'lost' | 'headers-only'

/** A local stand-in of a company's HTTP API that also misbehaves. */
export const startStandIn = async (handle: (request: Received) => Answer | Promise<Answer>) => {
  let trouble: Trouble | undefined
  const received: Received[] = []
  const accepted: Received[] = []
  const server = createServer(async (incoming, outgoing) => {
    const { pathname, searchParams } = new URL(incoming.url ?? '', 'http://localhost')
    const headers = incoming.headers as Record<string, string>
    const body = Buffer.concat(await incoming.toArray())
    const request = { method: incoming.method ?? '', path: pathname, query: searchParams, headers, body }
    received.push(request)
    if (trouble === 'hang') return
    if (trouble === 'cut') return outgoing.destroy()
    const worked = typeof trouble === 'object' ? trouble : await handle(request)
    if (typeof trouble !== 'object' && worked.status < 300) accepted.push(request)
    if (trouble === 'lost') return outgoing.destroy()
    const { body: content = '' } = worked
    const sent = typeof content === 'string' || content instanceof Uint8Array ? content : JSON.stringify(content)
    outgoing.writeHead(worked.status, { 'content-type': 'application/json', ...worked.headers })
    if (trouble !== 'headers-only') return outgoing.end(sent)
    outgoing.flushHeaders()
    setTimeout(() => outgoing.destroy(), 20)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    accepted,
    misbehave: (next: Trouble | undefined) => {
      trouble = next
    },
    reset: () => {
      trouble = undefined
      received.length = 0
      accepted.length = 0
    },
    stop: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

export type StandIn = Awaited<ReturnType<typeof startStandIn>>

export const form = ({ body }: Received) => Object.fromEntries(new URLSearchParams(body.toString()))
export const json = ({ body }: Received) => JSON.parse(body.toString())
export const basic = (user: string, password: string) =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
