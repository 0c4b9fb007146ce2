import { AsyncLocalStorage } from 'node:async_hooks'
import { createContextKey, createContextValues, createMethodImplSpec, type MethodImplSpec } from '@connectrpc/connect'
import { expect, test } from 'vitest'
import { clientOf } from '../infrastructure/clients/client.ts'
import { localTransport } from '../infrastructure/clients/local-transport.ts'
import { EchoService } from './echo-service.ts'
import type { EchoImpl } from './transport/fixture.ts'
import { transportContract } from './transport/transport-contract.ts'

const methodsOf = (impl: EchoImpl): Map<string, MethodImplSpec> => {
  const methods = new Map<string, MethodImplSpec>()
  for (const method of EchoService.methods) {
    const handler = impl[method.localName as keyof EchoImpl]
    if (handler) methods.set(`/${EchoService.typeName}/${method.name}`, createMethodImplSpec(method, handler as never))
  }
  return methods
}

transportContract('local', async (impl, { interceptors = [], requestGate }) => ({
  transport: localTransport({ methods: methodsOf(impl), interceptors, ...(requestGate && { requestGate }) }),
  close: () => {},
}))

test("the handler does not see the caller's async context, and the caller keeps its own", async () => {
  const who = new AsyncLocalStorage<string>()
  const seen: (string | undefined)[] = []
  const transport = localTransport({
    methods: methodsOf({
      read: async (request, context) => {
        context.signal.addEventListener('abort', () => seen.push(who.getStore()))
        seen.push(who.getStore())
        await Promise.resolve()
        seen.push(who.getStore())
        return request
      },
      async *chat(requests) {
        for await (const request of requests) {
          seen.push(who.getStore())
          yield request
          seen.push(who.getStore())
        }
      },
    }),
    interceptors: [
      (next) => (request) => {
        seen.push(who.getStore())
        return next(request)
      },
    ],
    requestGate: () => {
      seen.push(who.getStore())
    },
  })
  const client = clientOf(EchoService, transport)
  const callers: (string | undefined)[] = []
  await who.run('caller', async () => {
    async function* speak() {
      callers.push(who.getStore())
      yield { value: 'x' }
      callers.push(who.getStore())
    }
    await client.read({})
    callers.push(who.getStore())
    for await (const _ of client.chat(speak())) callers.push(who.getStore())
  })
  expect(seen.length).toBe(9)
  expect(new Set(seen)).toEqual(new Set([undefined]))
  expect(callers).toEqual(['caller', 'caller', 'caller', 'caller'])
})

test("the handler sees the caller's context values, the caller not the handler's", async () => {
  const from = createContextKey('nobody')
  const transport = localTransport({
    methods: methodsOf({
      read: (_request, context) => {
        const value = context.values.get(from)
        context.values.set(from, 'the handler')
        return { value }
      },
    }),
    interceptors: [],
  })
  const client = clientOf(EchoService, transport)
  const contextValues = createContextValues().set(from, 'the caller')
  expect((await client.read({}, { contextValues })).value).toBe('the caller')
  expect(contextValues.get(from)).toBe('the caller')
  expect((await client.read({})).value).toBe('nobody')
})
