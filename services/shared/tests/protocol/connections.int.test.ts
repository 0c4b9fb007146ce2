import { once } from 'node:events'
import http from 'node:http'
import http2 from 'node:http2'
import { Code, ConnectError } from '@connectrpc/connect'
import { describe, expect, test } from 'vitest'
import { type Behaviour, limits, type Path, paths } from './both-paths.ts'
import { codeIn, comparison, expectOurs } from './comparison.ts'
import { outcomeOf } from './outcome.ts'
import { binaryWays, bodyOf, callWith, contentTypeOf, envelope, isEnveloped, nameOf, post, type Way } from './ways.ts'

const { both } = comparison()

const refusing: Behaviour = {
  gate: () => {
    throw new ConnectError('no entry', Code.PermissionDenied)
  },
}
const refused = ['7', 'permission_denied']

/** A body that is answered before its end: `first` comes with the headers, `rest` once the answer is there. */
interface Early {
  behaviour: Behaviour
  first: Uint8Array
  rest: Uint8Array
}

const early = (way: Way, restBytes: number): Record<string, Early> => {
  const good = bodyOf(way, { text: 'x'.repeat(1000) })
  const tooLarge = Buffer.alloc(limits.readMaxBytes + 10, 0x0a)
  return {
    'refused by the gate with none of its body': { behaviour: refusing, first: Buffer.alloc(0), rest: good },
    'refused by the gate with half of its body': {
      behaviour: refusing,
      first: good.subarray(0, 500),
      rest: good.subarray(500),
    },
    'refused by the gate with a large body': { behaviour: refusing, first: good, rest: Buffer.alloc(restBytes) },
    'too large': {
      behaviour: {},
      first: isEnveloped(way) ? envelope(tooLarge) : tooLarge,
      rest: Buffer.alloc(restBytes),
    },
    ...(isEnveloped(way) && {
      'of two messages': { behaviour: {}, first: Buffer.concat([good, good]), rest: Buffer.alloc(restBytes) },
    }),
  }
}

const headersOf = (way: Way, id: string) => ({ 'content-type': contentTypeOf(way), 'x-case': id })

/** The answer to a call that is answered early, then that of another over the same connection. */
const overHttp1 = async (path: Path, way: Way, id: string, first: Uint8Array, rest: Uint8Array) => {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
  const call = async (caseId: string, length: number, before: Uint8Array, after?: Uint8Array) => {
    const request = http.request({
      port: both().servers[path].port,
      agent,
      method: 'POST',
      path: '/test.v1.SampleService/Write',
      headers: { ...headersOf(way, caseId), 'content-length': length },
    })
    request.write(before)
    request.flushHeaders()
    if (after === undefined) request.end()
    const [response] = (await once(request, 'response')) as [http.IncomingMessage]
    const chunks: Buffer[] = []
    for await (const chunk of response) chunks.push(chunk as Buffer)
    if (after !== undefined) request.end(after)
    if (!request.writableFinished) await once(request, 'finish')
    const { date: _, ...headers } = response.headers
    const { statusCode: status = 0, trailers } = response
    return {
      ...outcomeOf({ status, headers, trailers, body: Buffer.concat(chunks) }, []),
      isReused: request.reusedSocket,
    }
  }
  const answer = await call(id, first.byteLength + rest.byteLength, first, rest)
  const body = bodyOf(way, { text: 'next' })
  const next = await call('none', body.byteLength, body)
  agent.destroy()
  return { answer, next }
}

/** The same over a connection of HTTP/2. */
const overHttp2 = async (path: Path, way: Way, id: string, first: Uint8Array, rest: Uint8Array) => {
  const session = http2.connect(both().servers[path].url)
  const call = async (caseId: string, before: Uint8Array, after?: Uint8Array) => {
    const stream = session.request({
      ':method': 'POST',
      ':path': '/test.v1.SampleService/Write',
      ...headersOf(way, caseId),
    })
    const raw = { status: 0, headers: {}, trailers: {}, body: Buffer.alloc(0) }
    stream.on('error', () => {})
    stream.on('response', ({ ':status': status, ...headers }) => Object.assign(raw, { status, headers }))
    stream.on('trailers', (trailers) => Object.assign(raw, { trailers: { ...trailers } }))
    stream.on('data', (chunk) => {
      raw.body = Buffer.concat([raw.body, chunk])
    })
    const ended = once(stream, 'end')
    const closed = once(stream, 'close')
    stream.write(before)
    if (after === undefined) stream.end()
    await ended
    if (after !== undefined && !stream.destroyed) stream.end(after)
    await closed
    const { date: _, ...headers } = raw.headers as Record<string, string>
    return outcomeOf({ ...raw, headers }, [])
  }
  const answer = await call(id, first, rest)
  const next = await call('none', bodyOf(way, { text: 'next' }))
  session.destroy()
  return { answer, next }
}

const exchange = (path: Path, way: Way, { behaviour, first, rest }: Early) =>
  (way.http === 1 ? overHttp1 : overHttp2)(path, way, both().behave(behaviour), first, rest)

describe.each(binaryWays.map((way) => [nameOf(way), way] as const))('over %s', (_name, way) => {
  test.each(Object.entries(early(way, 300_000)))('the connection goes on after a call %s', async (_which, given) => {
    const { next } = await exchange('lean', way, given)
    expectOurs('unreadRest', next).toMatchObject({ status: 200, ...(way.http === 1 && { isReused: true }) })
    await both().idle('lean')
  })

  test.each(Object.entries(early(way, 20_000)))('either way after a call %s', async (_which, given) => {
    const [lean, reference] = await Promise.all(paths.map((path) => exchange(path, way, given)))
    expect(lean).toEqual(reference)
    await both().idle('lean')
  })
})

const { same } = comparison()

describe.each(binaryWays.map((way) => [nameOf(way), way] as const))('over %s', (_name, way) => {
  test('what the gate refuses is not read', async () => {
    const waiting = Promise.withResolvers<void>()
    setTimeout(waiting.resolve, 100)
    expect(refused).toContain(codeIn(await same(post(way, [() => waiting.promise]), refusing)))
  })

  test('many calls at once keep apart', async () => {
    const texts = Array.from({ length: 20 }, (_, n) => `text ${n}.`)
    const outcomes = await Promise.all(texts.map((text) => same(callWith(way, { text }))))
    for (const [index, { parts }] of outcomes.entries()) {
      expect(Buffer.from(parts[0]?.data ?? '', 'hex').toString()).toContain(texts[index])
    }
  })
})
