import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A request as a provider's API got it. */
export interface Received {
  method: string
  path: string
  query: URLSearchParams
  headers: Readonly<Record<string, string>>
  body: Buffer
}

export interface Answer {
  status: number
  headers?: Record<string, string | number>
  /** Texts and bytes go as they are, all else as JSON. */
  body?: unknown
}

/**
 * What comes of a request: an answer; nothing for as long as anybody waits; the end of its connection; or an answer that
 * ends after its head or amid its body, or stays there.
 */
export type Reply = Answer | 'hang' | 'cut' | (Answer & { until: 'head' | 'half' | 'half-then-hang' })

const bytesOf = (body: unknown): string | Uint8Array =>
  typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body)

const send = (outgoing: ServerResponse, reply: Reply): unknown => {
  if (reply === 'hang') return
  if (reply === 'cut') return outgoing.destroy()
  const body = Buffer.from(bytesOf(reply.body ?? ''))
  const headers = { 'content-type': 'application/json', ...reply.headers }
  if (!('until' in reply)) return outgoing.writeHead(reply.status, headers).end(body)
  const isCut = reply.until !== 'half-then-hang'
  outgoing.writeHead(reply.status, reply.until === 'half' ? { ...headers, 'content-length': body.length } : headers)
  if (reply.until === 'head') outgoing.flushHeaders()
  else outgoing.write(body.subarray(0, body.length / 2))
  // Later than what was written, so that it arrives before the end does.
  if (isCut) setTimeout(() => outgoing.destroy(), 20)
}

/** A local stand-in of a company's HTTP API: answers as its handler says, or 500 where that throws. */
export const startStandIn = async (handle: (request: Received) => Reply | Promise<Reply>) => {
  const received: Received[] = []
  const server = createServer(async (incoming, outgoing) => {
    const { pathname, searchParams } = new URL(incoming.url ?? '', 'http://localhost')
    const request = {
      method: incoming.method ?? '',
      path: pathname,
      query: searchParams,
      headers: incoming.headers as Record<string, string>,
      body: Buffer.concat(await incoming.toArray().catch(() => [])),
    }
    received.push(request)
    try {
      send(outgoing, await handle(request))
    } catch (error) {
      send(outgoing, { status: 500, body: { error: String(error) } })
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    stop: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Holds requests back at one place: each passes `pass`, and waits there from `hold` on until it is told to go on. */
export const openGate = () => {
  let [heard, held] = [() => {}, Promise.resolve()]
  return {
    pass: (): Promise<void> => {
      heard()
      return held
    },
    /** `asked` resolves when the next request has come. */
    hold: () => {
      const [asked, answer] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
      heard = asked.resolve
      held = answer.promise
      return { asked: asked.promise, answer: answer.resolve }
    },
  }
}

export const form = ({ body }: Received) => Object.fromEntries(new URLSearchParams(body.toString()))
export const json = ({ body }: Received) => (body.length === 0 ? {} : JSON.parse(body.toString()))
export const basic = (user: string, password: string) =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
