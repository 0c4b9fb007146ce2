import { gzipSync } from 'node:zlib'
import { Code, ConnectError } from '@connectrpc/connect'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { callKey } from '../../infrastructure/call-context.ts'
import { callScope, errors, validation } from '../../presentation/interceptors.ts'
import { anyCall, testLog } from '../fixture.ts'
import { type BothPaths, startBoth } from './both-paths.ts'
import { outcomeOf } from './outcome.ts'
import { type RawClient, rawClient, type Step } from './raw-client.ts'
import { bytesOf, envelope, type Headers, type Protocol } from './ways.ts'

const logged: string[] = []
let both: BothPaths
let client: RawClient
beforeAll(async () => {
  const log = { ...testLog, error: (message: string) => void logged.push(message) }
  both = await startBoth({
    requestGate: (context) => void context.values.set(callKey, anyCall()),
    interceptors: [errors({ context: 'test', log }), callScope(), validation()],
  })
  client = rawClient(both.servers.lean)
})
afterAll(async () => {
  client.close()
  await both.close()
})

const good = envelope(bytesOf({ codec: 'proto' }, { text: 'a text' }))
const garbage = envelope(Buffer.from([0x0a, 0xff, 0x01, 0x02]))
const protocols: readonly Protocol[] = ['connect', 'grpc', 'grpc-web']
const methods = ['Watch', 'Collect', 'Chat'] as const
const everyWay = protocols.flatMap((protocol) => methods.map((method) => ({ protocol, method })))

/** The code at the end of a stream, and how many messages came before it. */
const send = async (protocol: Protocol, method: string, body: readonly Step[], more: Headers = {}) => {
  const raw = await client.send({
    http: 2,
    method: 'POST',
    path: `/test.v1.SampleService/${method}`,
    headers: { 'content-type': `application/${protocol}+proto`, te: 'trailers', ...more },
    body,
  })
  const { parts, trailers } = outcomeOf(raw, [])
  if (protocol !== 'connect') {
    const status = parts.find((part) => part.fields)?.fields ?? trailers
    return { code: Number(status['grpc-status']), messages: parts.filter(({ flags }) => flags === 0).length }
  }
  const ends = raw.body.lastIndexOf(Buffer.of(2, 0, 0))
  const { error } = JSON.parse(raw.body.subarray(ends + 5).toString())
  return { code: error?.code ?? 0, messages: messagesIn(raw.body.subarray(0, ends)) }
}

const messagesIn = (body: Buffer): number => {
  let count = 0
  for (let at = 0; at < body.byteLength; at += 5 + body.readUInt32BE(at + 1)) count += 1
  return count
}

describe.each(everyWay)('$method over $protocol', ({ protocol, method }) => {
  const invalid = protocol === 'connect' ? 'invalid_argument' : 3

  test('a first message that is none is the fault of who sent it, and nobody is woken for it', async () => {
    logged.length = 0
    expect(await send(protocol, method, [garbage])).toEqual({ code: invalid, messages: 0 })
    const packed = envelope(gzipSync(Buffer.from([0x0a, 0xff])), 1)
    const gzip = { [protocol === 'connect' ? 'connect-content-encoding' : 'grpc-encoding']: 'gzip' }
    const plain = { [protocol === 'connect' ? 'connect-accept-encoding' : 'grpc-accept-encoding']: 'identity' }
    expect(await send(protocol, method, [packed], { ...gzip, ...plain })).toEqual({ code: invalid, messages: 0 })
    expect(logged).toEqual([])
  })

  test('a first message that is half a character of no JSON is, too', async () => {
    const json = { 'content-type': `application/${protocol}+json` }
    const half = envelope(Buffer.from(`{"text":\ufffd${'😀'.repeat(44)}"}`))
    expect(await send(protocol, method, [half], json)).toEqual({ code: invalid, messages: 0 })
  })

  test('an error of the handler is its own, whatever it says', async () => {
    const id = both.behave({
      handle: () => {
        throw new ConnectError('parse binary: of something else', Code.Internal)
      },
    })
    expect((await send(protocol, method, [good], { 'x-case': id })).code).toBe(protocol === 'connect' ? 'internal' : 13)
  })

  test('text that is no JSON is too', async () => {
    for (const text of ['{"text":', '{"text":1}']) {
      const json = { 'content-type': `application/${protocol}+json` }
      expect((await send(protocol, method, [envelope(Buffer.from(text))], json)).code).toBe(invalid)
    }
  })

  test('a message is answered', async () => {
    expect(await send(protocol, method, [good])).toEqual({ code: 0, messages: method === 'Watch' ? 2 : 1 })
  })

  if (method === 'Chat')
    test('one after good ones is told apart from them', async () => {
      expect(await send(protocol, method, [good, 20, good, garbage])).toEqual({ code: invalid, messages: 2 })
    })
})
