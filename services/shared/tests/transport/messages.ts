import { create } from '@bufbuild/protobuf'
import { Code } from '@connectrpc/connect'
import { describe, expect, test } from 'vitest'
import { EchoService } from '../echo-service.ts'
import { collect, failure, type Serve, texts } from './fixture.ts'

/** Messages of all kinds of method, whole and apart, up to their largest. */
export const messagesContract = (name: string, serve: Serve): void => {
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
}
