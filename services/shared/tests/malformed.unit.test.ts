import { gunzipSync, gzipSync } from 'node:zlib'
import { create, toBinary } from '@bufbuild/protobuf'
import { StringValueSchema } from '@bufbuild/protobuf/wkt'
import { Code, ConnectError, createConnectRouter, createContextValues, type ServiceImpl } from '@connectrpc/connect'
import type { UniversalServerRequest } from '@connectrpc/connect/protocol'
import { compressionGzip } from '@connectrpc/connect-node'
import { describe, expect, it } from 'vitest'
import { precondition } from '../domain/errors.ts'
import { callKey } from '../infrastructure/call-context.ts'
import { callScope, errors, validation } from '../presentation/interceptors.ts'
import { blameCaller } from '../presentation/malformed.ts'
import { anyCall, testLog } from './fixture.ts'
import { ProbeService } from './probe-service.ts'

type Protocol = 'connect' | 'grpc' | 'grpc-web'
interface Answer {
  code: string
  message: string
  texts: number
}

const logged: string[] = []
const log = { ...testLog, error: (message: string) => void logged.push(message) }

const echo: Partial<ServiceImpl<typeof ProbeService>> = {
  write: (request) => request,
  watch: async function* (request) {
    yield request
    yield request
  },
  collect: async (requests) => {
    let last = create(StringValueSchema)
    for await (const request of requests) last = request
    return last
  },
  chat: async function* (requests) {
    for await (const request of requests) yield request
  },
}

const good = toBinary(StringValueSchema, create(StringValueSchema, { value: 'a text' }))
const garbage = Uint8Array.of(0x0a, 0xff, 0x01, 0x02)

const envelope = (bytes: Uint8Array, gzip: boolean): Uint8Array => {
  const body = gzip ? gzipSync(bytes) : bytes
  const head = Buffer.alloc(5)
  head[0] = gzip ? 1 : 0
  head.writeUInt32BE(body.length, 1)
  return Buffer.concat([head, body])
}

function* envelopes(bytes: Buffer): Generator<{ flags: number; data: Buffer }> {
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at + 1)
    const flags = bytes[at] as number
    const data = bytes.subarray(at + 5, at + 5 + length)
    yield { flags: flags & ~1, data: flags & 1 ? gunzipSync(data) : data }
    at += 5 + length
  }
}

const named = (code: number): string =>
  code === 0 ? 'ok' : (Code[code]?.replace(/(?<=[a-z])[A-Z]/g, '_$&').toLowerCase() ?? String(code))

interface Sent {
  protocol: Protocol
  method?: 'write' | 'watch' | 'collect' | 'chat'
  json?: boolean
  gzip?: boolean
  parts?: Uint8Array[]
  implementation?: Partial<ServiceImpl<typeof ProbeService>>
}

const send = async (options: Sent): Promise<Answer & { status: number; header: Headers }> => {
  const { protocol, method = 'write', json = false, gzip = false, parts = [garbage], implementation = echo } = options
  const desc = ProbeService.method[method]
  const unary = method === 'write'
  const kind = json ? 'json' : 'proto'
  const type = protocol === 'connect' ? (unary ? kind : `connect+${kind}`) : `${protocol}+${kind}`
  const encoding = gzip ? 'gzip' : 'identity'
  const prefix = protocol === 'connect' ? (unary ? 'content' : 'connect-content') : 'grpc'
  const accept =
    protocol === 'connect' ? (unary ? 'accept-encoding' : 'connect-accept-encoding') : 'grpc-accept-encoding'
  const bare = protocol === 'connect' && unary
  const body = bare ? parts.map((part) => (gzip ? gzipSync(part) : part)) : parts.map((part) => envelope(part, gzip))
  const request: UniversalServerRequest = {
    httpVersion: '2.0',
    method: 'POST',
    url: `http://test/${desc.parent.typeName}/${desc.name}`,
    header: new Headers({
      'content-type': `application/${type}`,
      [`${prefix}-encoding`]: encoding,
      [accept]: encoding,
    }),
    body: (async function* () {
      yield* body
    })(),
    signal: new AbortController().signal,
    contextValues: createContextValues().set(callKey, anyCall()),
  }
  const router = createConnectRouter({
    interceptors: [errors({ context: 'test', log }), callScope(), validation()],
    acceptCompression: [compressionGzip],
  })
  router.service(ProbeService, implementation)
  const handler = router.handlers.find(({ requestPath }) => requestPath.endsWith(`/${desc.name}`))
  const response = await blameCaller(await handler!(request))
  const chunks: Uint8Array[] = []
  for await (const chunk of response.body ?? []) chunks.push(chunk)
  const header = new Headers(response.header)
  const bytes = Buffer.concat(chunks)
  return { ...read(bytes, header, response.trailer, response.status, protocol, bare), status: response.status, header }
}

const read = (
  bytes: Buffer,
  header: Headers,
  trailer: Headers | undefined,
  status: number,
  protocol: Protocol,
  bare: boolean,
): Answer => {
  if (bare) {
    if (header.has('content-length')) expect(bytes.length).toBe(Number(header.get('content-length')))
    if (status === 200) return { code: 'ok', message: '', texts: 1 }
    const text = header.get('content-encoding') === 'gzip' ? gunzipSync(bytes) : bytes
    const { code, message = '' } = JSON.parse(text.toString())
    return { code, message, texts: 0 }
  }
  const all = [...envelopes(bytes)]
  const texts = all.filter(({ flags }) => flags === 0).length
  if (protocol === 'connect') {
    const end = JSON.parse(String(all.find(({ flags }) => flags === 2)?.data))
    return { code: end.error?.code ?? 'ok', message: end.error?.message ?? '', texts }
  }
  const fields =
    protocol === 'grpc'
      ? (trailer ?? new Headers())
      : new Headers(
          String(all.find(({ flags }) => flags === 0x80)?.data)
            .trim()
            .split('\r\n')
            .map((line) => line.split(/: ?/, 2) as [string, string]),
        )
  return {
    code: named(Number(fields.get('grpc-status'))),
    message: decodeURIComponent(fields.get('grpc-message') ?? ''),
    texts,
  }
}

const protocols = ['connect', 'grpc', 'grpc-web'] as const
const methods = ['write', 'watch', 'collect', 'chat'] as const
const everyWay = protocols.flatMap((protocol) =>
  methods.flatMap((method) => [false, true].map((gzip) => ({ protocol, method, gzip }))),
)

describe.each(everyWay)('over $protocol, method $method, gzip: $gzip', (way) => {
  it('bytes that are no message are the fault of who sent them, and nobody is woken for them', async () => {
    logged.length = 0
    const answer = await send(way)
    expect(answer.code).toBe('invalid_argument')
    expect(logged).toEqual([])
    if (way.protocol === 'connect' && way.method === 'write') expect(answer.status).toBe(400)
  })

  it('a message is answered', async () => {
    const answer = await send({ ...way, parts: [good] })
    expect(answer).toMatchObject({ code: 'ok', texts: way.method === 'watch' ? 2 : 1 })
  })

  it('text that is no JSON is the fault of who sent it', async () => {
    expect((await send({ ...way, json: true, parts: [Buffer.from('{"value":')] })).code).toBe('invalid_argument')
    expect((await send({ ...way, json: true, parts: [Buffer.from('{"value":1}')] })).code).toBe('invalid_argument')
  })
})

describe.each(protocols)('over %s', (protocol) => {
  it('garbage after good messages of a stream is told apart from them', async () => {
    const answer = await send({ protocol, method: 'chat', parts: [good, good, garbage] })
    expect(answer).toMatchObject({ code: 'invalid_argument', texts: 2 })
  })

  it('an error of a handler is not relabelled, whatever it says', async () => {
    const text = 'parse binary: is what I say, "code":"internal" grpc-status: 13'
    for (const [error, code] of [
      [new Error(text), 'internal'],
      [new ConnectError(text, Code.Internal), 'internal'],
      [new ConnectError(text, Code.DataLoss), 'data_loss'],
      [precondition('NO', text), 'failed_precondition'],
    ] as const) {
      const fail = () => {
        throw error
      }
      const failLater = async function* () {
        yield create(StringValueSchema, { value: text })
        throw error
      }
      const failing = { write: fail, watch: failLater, collect: fail, chat: failLater }
      for (const method of methods) {
        const answer = await send({ protocol, method, parts: [good], implementation: failing as never })
        expect([method, answer.code]).toEqual([method, code])
        const shown =
          protocol === 'connect' && method === 'write' && code !== 'failed_precondition' ? 500 : answer.status
        expect(answer.status).toBe(shown)
        expect(answer.texts).toBe(method === 'watch' || method === 'chat' ? 1 : 0)
      }
    }
  })

  it('an error that a handler got from parsing something else is its own', async () => {
    const collect = async (requests: AsyncIterable<unknown>) => {
      for await (const _ of requests) throw new ConnectError('parse binary: of another answer', Code.Internal)
      return create(StringValueSchema)
    }
    const answer = await send({ protocol, method: 'collect', parts: [good], implementation: { collect } as never })
    expect(answer).toMatchObject({ code: 'internal', message: 'internal error' })
  })

  it('an answer that holds the very words goes out unchanged', async () => {
    const words = create(StringValueSchema, { value: '{"code":"internal"} grpc-status: 13 parse binary: x' })
    const answer = await send({ protocol, parts: [toBinary(StringValueSchema, words)] })
    expect(answer).toMatchObject({ code: 'ok', texts: 1 })
  })
})
