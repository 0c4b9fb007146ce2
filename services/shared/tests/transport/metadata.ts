import { Code, ConnectError, decodeBinaryHeader, encodeBinaryHeader, type HandlerContext } from '@connectrpc/connect'
import { describe, expect, test } from 'vitest'
import { collect, failure, type Serve } from './fixture.ts'

/** Headers, binary ones too, and trailers; gate and interceptors. */
export const metadataContract = (name: string, serve: Serve): void => {
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
}
