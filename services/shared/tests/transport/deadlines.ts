import { Code } from '@connectrpc/connect'
import { describe, expect, test } from 'vitest'
import { aborted, collect, failure, type Serve } from './fixture.ts'

/** Deadlines, cancellation and backpressure. */
export const deadlinesContract = (name: string, serve: Serve): void => {
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
