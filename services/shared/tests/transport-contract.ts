import { create } from '@bufbuild/protobuf'
import {
  Code,
  ConnectError,
  decodeBinaryHeader,
  encodeBinaryHeader,
  type HandlerContext,
  type Interceptor,
  type ServiceImpl,
  type Transport,
} from '@connectrpc/connect'
import { afterEach, describe, expect, test } from 'vitest'
import { BadRequestSchema, ErrorInfoSchema } from '#gen/google/rpc/error_details_pb.ts'
import { clientOf } from '../infrastructure/clients/client.ts'
import { EchoService } from './echo-service.ts'

export type EchoImpl = Partial<ServiceImpl<typeof EchoService>>

export interface ServerOptions {
  interceptors?: Interceptor[]
  requestGate?: (context: HandlerContext) => void | Promise<void>
}

export interface Opened {
  transport: Transport
  close(): Promise<void> | void
}

const failure = async (call: Promise<unknown>): Promise<ConnectError> => {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error instanceof ConnectError) return error
  throw new Error(`expected a ConnectError, got ${error}`)
}

async function* texts(...values: string[]) {
  for (const value of values) yield { value }
}

const collect = async (responses: AsyncIterable<{ value: string }>): Promise<string[]> => {
  const values: string[] = []
  for await (const { value } of responses) values.push(value)
  return values
}

const aborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })

/** What every transport of the mesh does, whatever lies between the two ends. */
export const transportContract = (
  name: string,
  open: (impl: EchoImpl, options: ServerOptions) => Promise<Opened>,
): void => {
  const opened: Opened[] = []
  const serve = async (impl: EchoImpl, options: ServerOptions = {}) => {
    const end = await open(impl, options)
    opened.push(end)
    return clientOf(EchoService, end.transport)
  }
  afterEach(async () => {
    for (const end of opened.splice(0)) await end.close()
  })

  describe(`${name}: messages`, () => {
    test('all four kinds of method carry them', async () => {
      const client = await serve({
        read: ({ value }) => ({ value: `read ${value}` }),
        async *watch({ value }) {
          for (const n of [1, 2, 3]) yield { value: `${value}${n}` }
        },
        collect: async (requests) => ({ value: (await collect(requests)).join('+') }),
        async *chat(requests) {
          for await (const { value } of requests) yield { value: value.toUpperCase() }
        },
      })
      expect((await client.read({ value: 'x' })).value).toBe('read x')
      expect(await collect(client.watch({ value: 'w' }))).toEqual(['w1', 'w2', 'w3'])
      expect((await client.collect(texts('a', 'b', 'c'))).value).toBe('a+b+c')
      expect(await collect(client.chat(texts('a', 'b')))).toEqual(['A', 'B'])
    })

    test('a conversation goes back and forth', async () => {
      const client = await serve({
        async *chat(requests) {
          for await (const { value } of requests) yield { value: `${Number(value) + 1}` }
        },
      })
      const heard: string[] = []
      const said = Promise.withResolvers<string>()
      async function* speak() {
        yield { value: '1' }
        yield { value: await said.promise }
      }
      for await (const { value } of client.chat(speak())) {
        heard.push(value)
        said.resolve('10')
      }
      expect(heard).toEqual(['2', '11'])
    })

    test('the handler gets a copy, and so does the caller', async () => {
      let kept: { value: string } | undefined
      const client = await serve({
        read: (request) => {
          request.value = 'changed'
          kept = create(EchoService.method.read.output, { value: 'kept' })
          return kept
        },
      })
      const request = create(EchoService.method.read.input, { value: 'mine' })
      const response = await client.read(request)
      response.value = 'overwritten'
      expect([request.value, kept?.value]).toEqual(['mine', 'kept'])
    })

    test('one of 5 MiB is RESOURCE_EXHAUSTED in either direction, one of 3 MiB is fine', async () => {
      const mebibytes = (count: number) => 'x'.repeat(count * 1024 * 1024)
      const client = await serve({
        read: ({ value }) => ({ value: value.startsWith('grow') ? mebibytes(5) : value }),
        async *watch({ value }) {
          yield { value }
          yield { value: mebibytes(5) }
        },
        collect: async (requests) => ({ value: `${(await collect(requests)).length}` }),
      })
      expect((await client.read({ value: mebibytes(3) })).value).toHaveLength(3 * 1024 * 1024)
      expect((await failure(client.read({ value: mebibytes(5) }))).code).toBe(Code.ResourceExhausted)
      expect((await failure(client.read({ value: 'grow' }))).code).toBe(Code.ResourceExhausted)
      expect((await failure(collect(client.watch({ value: 'w' })))).code).toBe(Code.ResourceExhausted)
      expect((await failure(client.collect(texts(mebibytes(5))))).code).toBe(Code.ResourceExhausted)
    })
  })

  describe(`${name}: metadata`, () => {
    const bytes = new Uint8Array([0, 255, 1, 254, 44])
    const echo = (context: HandlerContext) => {
      context.responseHeader.set('x-header', `${context.requestHeader.get('x-in')}!`)
      context.responseHeader.set('x-bytes-bin', context.requestHeader.get('x-in-bin') ?? 'none')
      context.responseTrailer.set('x-trailer', 'last, not least')
    }
    const options = (seen: Map<string, Headers>) => ({
      headers: { 'x-in': 'hello', 'x-in-bin': encodeBinaryHeader(bytes) },
      onHeader: (headers: Headers) => void seen.set('header', headers),
      onTrailer: (headers: Headers) => void seen.set('trailer', headers),
    })
    const check = (seen: Map<string, Headers>) => {
      expect(seen.get('header')?.get('x-header')).toBe('hello!')
      expect(decodeBinaryHeader(seen.get('header')?.get('x-bytes-bin') ?? '')).toEqual(bytes)
      expect(seen.get('trailer')?.get('x-trailer')).toBe('last, not least')
    }

    test('headers, binary headers and trailers cross with unary calls and streams', async () => {
      const client = await serve({
        read: (request, context) => {
          echo(context)
          return request
        },
        async *watch(request, context) {
          echo(context)
          yield request
        },
      })
      const unary = new Map<string, Headers>()
      await client.read({ value: 'x' }, options(unary))
      check(unary)
      const stream = new Map<string, Headers>()
      await collect(client.watch({ value: 'x' }, options(stream)))
      check(stream)
    })

    test("the server's interceptors and gate see the call", async () => {
      const seen: string[] = []
      const client = await serve(
        { read: (request) => request, watch: async function* () {} },
        {
          interceptors: [
            (next) => async (request) => {
              seen.push(`${request.method.name} ${request.header.get('x-in')}`)
              const response = await next(request)
              response.header.set('x-interceptor', 'was here')
              return response
            },
          ],
          requestGate: (context) => {
            if (context.requestHeader.get('x-in') === null) throw new ConnectError('who?', Code.Unauthenticated)
          },
        },
      )
      const headers = new Map<string, Headers>()
      await client.read({ value: 'x' }, options(headers))
      expect(headers.get('header')?.get('x-interceptor')).toBe('was here')
      expect((await failure(client.read({ value: 'x' }))).code).toBe(Code.Unauthenticated)
      expect((await failure(collect(client.watch({ value: 'x' })))).code).toBe(Code.Unauthenticated)
      expect(seen).toEqual(['Read hello'])
    })
  })

  describe(`${name}: errors`, () => {
    const detailed = () =>
      new ConnectError('100% wrong: a, b / ü', Code.InvalidArgument, { 'x-error': 'yes' }, [
        { desc: ErrorInfoSchema, value: { reason: 'WRONG', domain: 'test', metadata: { a: 'b' } } },
        { desc: BadRequestSchema, value: { fieldViolations: [{ field: 'value', description: 'is wrong' }] } },
      ])

    test('arrive with code, message, details and metadata', async () => {
      const client = await serve({
        read: () => {
          throw detailed()
        },
        async *watch(request) {
          yield request
          throw detailed()
        },
      })
      for (const call of [client.read({}), collect(client.watch({}))]) {
        const error = await failure(call)
        expect([error.code, error.rawMessage]).toEqual([Code.InvalidArgument, '100% wrong: a, b / ü'])
        expect(error.findDetails(ErrorInfoSchema)[0]).toMatchObject({ reason: 'WRONG', metadata: { a: 'b' } })
        expect(error.findDetails(BadRequestSchema)[0]?.fieldViolations[0]?.field).toBe('value')
        expect(error.metadata.get('x-error')).toBe('yes')
      }
    })

    test('the message of one without details arrives as it was', async () => {
      const client = await serve({
        read: () => {
          throw new ConnectError('a, b: 50% of c/d? ü', Code.NotFound)
        },
      })
      expect((await failure(client.read({}))).rawMessage).toBe('a, b: 50% of c/d? ü')
    })

    test('what is no ConnectError is INTERNAL and says nothing more', async () => {
      const client = await serve({
        read: () => {
          throw new Error('password is hunter2')
        },
        // biome-ignore lint/correctness/useYield: fails before its first message
        async *watch() {
          throw new Error('password is hunter2')
        },
      })
      for (const call of [client.read({}), collect(client.watch({}))]) {
        const error = await failure(call)
        expect([error.code, error.rawMessage, error.cause]).toEqual([Code.Internal, 'internal error', undefined])
        expect(error.details).toEqual([])
      }
    })

    test('a method that the server does not have is UNIMPLEMENTED', async () => {
      const client = await serve({ read: (request) => request })
      expect((await failure(client.write({}))).code).toBe(Code.Unimplemented)
      expect((await failure(collect(client.watch({})))).code).toBe(Code.Unimplemented)
    })

    test("the caller's own request stream failing is what the caller sees", async () => {
      const client = await serve({ collect: async (requests) => ({ value: `${(await collect(requests)).length}` }) })
      async function* broken() {
        yield { value: 'one' }
        throw new ConnectError('out of paper', Code.DataLoss)
      }
      expect((await failure(client.collect(broken()))).code).toBe(Code.DataLoss)
    })
  })

  describe(`${name}: deadlines and cancellation`, () => {
    test('the handler knows the deadline, and is stopped with the caller when it passes', async () => {
      const stopped = Promise.withResolvers<void>()
      const left: (number | undefined)[] = []
      const client = await serve({
        read: async (request, context) => {
          left.push(context.timeoutMs())
          await aborted(context.signal)
          stopped.resolve()
          return request
        },
        write: (request, context) => {
          left.push(context.timeoutMs())
          return request
        },
      })
      const error = await failure(client.read({}, { timeoutMs: 100 }))
      expect(error.code).toBe(Code.DeadlineExceeded)
      await stopped.promise
      await client.write({})
      expect(left[0]).toBeGreaterThan(0)
      expect(left[0]).toBeLessThanOrEqual(100)
      expect(left[1]).toBeUndefined()
    })

    test('a stream ends at its deadline', async () => {
      const stopped = Promise.withResolvers<void>()
      const client = await serve({
        read: (request) => request,
        async *watch(request, context) {
          yield request
          await aborted(context.signal)
          stopped.resolve()
        },
      })
      // Connected, it reaches the handler before its time is over.
      await client.read({})
      const error = await failure(collect(client.watch({}, { timeoutMs: 500 })))
      expect(error.code).toBe(Code.DeadlineExceeded)
      await stopped.promise
    })

    test("the caller's signal stops both ends", async () => {
      const started = Promise.withResolvers<void>()
      const stopped = Promise.withResolvers<void>()
      const client = await serve({
        read: async (request, context) => {
          started.resolve()
          await aborted(context.signal)
          stopped.resolve()
          return request
        },
      })
      const controller = new AbortController()
      const call = failure(client.read({}, { signal: controller.signal }))
      await started.promise
      controller.abort()
      expect((await call).code).toBe(Code.Canceled)
      await stopped.promise
      expect((await failure(client.read({}, { signal: controller.signal }))).code).toBe(Code.Canceled)
    })

    test('leaving the loop of a server stream stops its handler', async () => {
      const stopped = Promise.withResolvers<void>()
      const client = await serve({
        async *watch(request, context) {
          context.signal.addEventListener('abort', () => stopped.resolve())
          for (;;) {
            yield request
            await new Promise((resolve) => setTimeout(resolve, 5))
          }
        },
      })
      for await (const _ of client.watch({ value: 'x' })) break
      await stopped.promise
    })

    test('leaving a conversation stops the handler and the request stream', async () => {
      const handler = Promise.withResolvers<void>()
      const speaker = Promise.withResolvers<void>()
      const client = await serve({
        async *chat(requests, context) {
          context.signal.addEventListener('abort', () => handler.resolve())
          for await (const request of requests) yield request
        },
      })
      async function* speak() {
        try {
          for (;;) {
            yield { value: 'and' }
            await new Promise((resolve) => setTimeout(resolve, 5))
          }
        } finally {
          speaker.resolve()
        }
      }
      for await (const _ of client.chat(speak())) break
      await Promise.all([handler.promise, speaker.promise])
    })

    test('a slow reader slows the server down', async () => {
      let sent = 0
      const chunk = 'x'.repeat(64 * 1024)
      const client = await serve({
        async *watch() {
          for (; sent < 4000; sent++) yield { value: chunk }
        },
      })
      const responses = client.watch({})[Symbol.asyncIterator]()
      await responses.next()
      await new Promise((resolve) => setTimeout(resolve, 200))
      expect(sent).toBeLessThan(2000)
      await responses.return?.()
    })
  })
}
