import { Code, ConnectError } from '@connectrpc/connect'
import { describe, expect, test } from 'vitest'
import { BadRequestSchema, ErrorInfoSchema } from '#gen/google/rpc/error_details_pb.ts'
import { collect, failure, type Serve } from './fixture.ts'

/** Errors as the handler threw them, and nothing of what it did not mean to tell. */
export const errorsContract = (name: string, serve: Serve): void => {
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
      for (const error of await Promise.all([client.read({}), collect(client.watch({}))].map(failure))) {
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
      for (const error of await Promise.all([client.read({}), collect(client.watch({}))].map(failure))) {
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
}
