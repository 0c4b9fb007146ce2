import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import {
  type CallOptions,
  Code,
  ConnectError,
  createClient,
  encodeBinaryHeader,
  type Transport,
} from '@connectrpc/connect'
import {
  compressionBrotli,
  compressionGzip,
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from '@connectrpc/connect-node'
import { createConnectTransport as webConnect, createGrpcWebTransport as webGrpc } from '@connectrpc/connect-web'
import grpc from '@grpc/grpc-js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BadRequestSchema, ErrorInfoSchema } from '#gen/google/rpc/error_details_pb.ts'
import { type Behaviour, type BothPaths, type Path, paths, startBoth } from './both-paths.ts'
import { SampleSchema, SampleService } from './sample-service.ts'

let both: BothPaths
beforeAll(async () => {
  both = await startBoth()
})
afterAll(() => both.close())

const gzip = { sendCompression: compressionGzip, acceptCompression: [compressionGzip], compressMinBytes: 0 }
const brotli = { sendCompression: compressionBrotli, acceptCompression: [compressionBrotli], compressMinBytes: 0 }
const versions = { 'HTTP/1.1': '1.1', 'HTTP/2': '2' } as const

const transports: Record<string, (baseUrl: string) => Transport> = {
  'connect-node, gRPC': (baseUrl) => createGrpcTransport({ baseUrl }),
  'connect-node, gRPC, gzip': (baseUrl) => createGrpcTransport({ baseUrl, ...gzip }),
  'connect-node, Connect with GET': (baseUrl) =>
    createConnectTransport({ baseUrl, httpVersion: '2', useHttpGet: true }),
  'connect-web, Connect': (baseUrl) => webConnect({ baseUrl }),
  'connect-web, Connect with GET': (baseUrl) => webConnect({ baseUrl, useHttpGet: true }),
  'connect-web, Connect, binary': (baseUrl) => webConnect({ baseUrl, useBinaryFormat: true }),
  'connect-web, gRPC-Web': (baseUrl) => webGrpc({ baseUrl }),
  'connect-web, gRPC-Web, JSON': (baseUrl) => webGrpc({ baseUrl, useBinaryFormat: false }),
}
for (const [name, httpVersion] of Object.entries(versions)) {
  transports[`connect-node, Connect over ${name}`] = (baseUrl) => createConnectTransport({ baseUrl, httpVersion })
  transports[`connect-node, Connect JSON, gzip, over ${name}`] = (baseUrl) =>
    createConnectTransport({ baseUrl, httpVersion, useBinaryFormat: false, ...gzip })
  transports[`connect-node, Connect, brotli, over ${name}`] = (baseUrl) =>
    createConnectTransport({ baseUrl, httpVersion, ...brotli })
  transports[`connect-node, gRPC-Web over ${name}`] = (baseUrl) => createGrpcWebTransport({ baseUrl, httpVersion })
  transports[`connect-node, gRPC-Web, gzip, over ${name}`] = (baseUrl) =>
    createGrpcWebTransport({ baseUrl, httpVersion, ...gzip })
}

const fieldsOf = (headers: Headers | undefined) => [...(headers ?? [])].filter(([name]) => name !== 'date')

/** What a client of Connect's makes of a call. */
const outcomeOf = async (transport: Transport, text: string, options: CallOptions): Promise<unknown> => {
  const seen: Record<string, unknown> = {}
  const onHeader = (headers: Headers) => {
    seen.header = fieldsOf(headers)
  }
  const onTrailer = (headers: Headers) => {
    seen.trailer = fieldsOf(headers)
  }
  try {
    const { text: answered } = await createClient(SampleService, transport).read(
      { text },
      { ...options, onHeader, onTrailer },
    )
    return { ...seen, text: answered }
  } catch (reason) {
    const error = ConnectError.from(reason)
    const metadata = fieldsOf(error.metadata)
    const details = [...error.findDetails(ErrorInfoSchema), ...error.findDetails(BadRequestSchema)]
    return { ...seen, code: error.code, message: error.rawMessage, metadata, details }
  }
}

const failing: Behaviour = {
  handle: () => {
    throw new ConnectError(
      '100% wrong: a, b / ü\n',
      Code.FailedPrecondition,
      [
        ['x-error-bin', 'AAE'],
        ['x-e', '1'],
        ['x-e', '2'],
      ],
      [
        { desc: ErrorInfoSchema, value: { reason: 'WRONG', domain: 'test' } },
        { desc: BadRequestSchema, value: { fieldViolations: [{ field: 'text', description: 'é' }] } },
      ],
    )
  },
}

const telling: Behaviour = {
  handle: ({ text }, context, note) => {
    note([context.requestHeader.get('x-in'), context.requestHeader.get('x-in-bin'), context.requestMethod])
    context.responseHeader.append('x-twice', 'one')
    context.responseHeader.append('x-twice', 'two')
    context.responseTrailer.set('x-trailer-bin', encodeBinaryHeader(new Uint8Array([0, 255])))
    context.responseTrailer.set('x-trailer', 'last')
    return { text: text.repeat(400) }
  },
}

/** Works until it is stopped, and then for a while, so that no answer comes before its client has given up. */
const waiting = (started = () => {}, lingerMs = 0): Behaviour => ({
  handle: async (message, { signal }, note) => {
    started()
    if (!signal.aborted) await once(signal, 'abort')
    note('stopped')
    await sleep(lingerMs)
    return message
  },
})

describe.each(Object.entries(transports))('%s', (_name, make) => {
  const onBoth = async (behaviour: Behaviour, options: CallOptions = {}, text = 'text') => {
    const id = both.behave(behaviour)
    const headers = { 'x-case': id, 'x-in': 'given', 'x-in-bin': encodeBinaryHeader(new Uint8Array([1, 2])) }
    const ends = paths.map(async (path: Path) => {
      const outcome = await outcomeOf(make(both.servers[path].url), text, { ...options, headers })
      await both.idle(path)
      // Whether a handler has begun when a deadline passes is up to the machine.
      return { outcome, notes: options.timeoutMs === undefined && both.notesOf(path, id) }
    })
    const [lean, reference] = await Promise.all(ends)
    expect(lean).toEqual(reference)
    return lean
  }

  test('success, with metadata both ways', async () => {
    const end = await onBoth(telling)
    expect(end?.outcome).toMatchObject({ text: 'text'.repeat(400) })
    await onBoth({})
  })

  test('an error with details and metadata', async () => {
    const end = await onBoth(failing)
    expect(end?.outcome).toMatchObject({ code: Code.FailedPrecondition, message: '100% wrong: a, b / ü\n' })
    expect(end?.outcome).toHaveProperty('details.length', 2)
  })

  test('a deadline that passes', async () => {
    expect(await onBoth(waiting(undefined, 50), { timeoutMs: 100 })).toMatchObject({
      outcome: { code: Code.DeadlineExceeded },
    })
  })

  test('cancellation', async () => {
    for (const path of paths) {
      const controller = new AbortController()
      const id = both.behave(waiting(() => controller.abort()))
      const options = { headers: { 'x-case': id }, signal: controller.signal }
      expect(await outcomeOf(make(both.servers[path].url), 'text', options)).toMatchObject({ code: Code.Canceled })
      await expect.poll(() => both.notesOf(path, id), { interval: 5, timeout: 10_000 }).toEqual(['stopped'])
      await both.idle(path)
    }
  })

  test('a request that is too large', async () => {
    const end = await onBoth({}, {}, 'x'.repeat(5000))
    expect(end?.outcome).toMatchObject({ code: Code.ResourceExhausted })
  })
})

describe.each([undefined, grpc.compressionAlgorithms.gzip])('grpc-js with compression %s', (algorithm) => {
  const call = (
    path: Path,
    id: string,
    options: grpc.CallOptions = {},
    act: (call: grpc.ClientUnaryCall) => void = () => {},
  ) =>
    new Promise<unknown>((resolve) => {
      const client = new grpc.Client(new URL(both.servers[path].url).host, grpc.credentials.createInsecure(), {
        ...(algorithm && { 'grpc.default_compression_algorithm': algorithm }),
      })
      const metadata = new grpc.Metadata()
      metadata.set('x-case', id)
      metadata.set('x-in', 'given')
      metadata.set('x-in-bin', Buffer.of(0, 255))
      const seen: Record<string, unknown> = {}
      const made = client.makeUnaryRequest(
        '/test.v1.SampleService/Write',
        (text: string) => Buffer.from(toBinary(SampleSchema, create(SampleSchema, { text }))),
        (bytes: Buffer) => fromBinary(SampleSchema, bytes).text,
        'a text',
        metadata,
        options,
        (error, text) => {
          const { code, details, metadata: more } = error ?? {}
          // That of a deadline tells the time it took.
          resolve({ ...seen, text, code, details: code === 4 || details, trailers: more?.toJSON() })
          client.close()
        },
      )
      made.on('metadata', (fields: grpc.Metadata) => {
        const { date: _, ...rest } = fields.toJSON()
        seen.metadata = rest
      })
      made.on('status', ({ metadata: fields }) => {
        seen.status = fields.toJSON()
      })
      act(made)
    })
  const onBoth = async (behaviour: Behaviour, options?: () => grpc.CallOptions) => {
    const id = both.behave(behaviour)
    const [lean, reference] = await Promise.all(paths.map((path) => call(path, id, options?.())))
    expect(lean).toEqual(reference)
    return lean
  }

  test('success, error, deadline and cancellation', async () => {
    expect(await onBoth(telling)).toMatchObject({ text: 'a text'.repeat(400) })
    expect(await onBoth(failing)).toMatchObject({ code: 9 })
    const soon = () => ({ deadline: Date.now() + 100 })
    expect(await onBoth(waiting(undefined, 50), soon)).toMatchObject({ code: 4 })
    for (const path of paths) {
      const started = Promise.withResolvers<void>()
      const id = both.behave(waiting(started.resolve))
      expect(await call(path, id, {}, (made) => void started.promise.then(() => made.cancel()))).toMatchObject({
        code: 1,
      })
      await expect.poll(() => both.notesOf(path, id), { interval: 5, timeout: 10_000 }).toEqual(['stopped'])
    }
  })
})
