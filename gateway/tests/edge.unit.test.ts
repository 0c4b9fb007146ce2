import { Code, createClient } from '@connectrpc/connect'
import { createGrpcTransport } from '@connectrpc/connect-node'
import { createGrpcWebTransport } from '@connectrpc/connect-web'
import { assert, integer, property, array as sequence } from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { RetryInfoSchema } from '#gen/google/rpc/error_details_pb.ts'
import { StoryService } from '#gen/troupe/story/v1/story_service_pb.ts'
import { Circuit } from '#shared/infrastructure/upstream/circuit.ts'
import { type NodeServerRequest, startServer } from '#shared/presentation/server.ts'
import { requestedTimeout, timeoutHeader } from '../deadline.ts'
import { type EdgeOptions, edge } from '../edge.ts'
import { EnvelopeTracker } from '../envelopes.ts'
import { tokenBuckets } from '../flood-limit.ts'
import { upstreamHeaders } from '../forward-headers.ts'

const cleanups: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup()
})

/** A gateway whose routing answers with what it was given: url and headers. */
const gateway = async (options: Partial<EdgeOptions> = {}): Promise<string> => {
  const handler = edge({ isKnownService: (name) => name === 'troupe.story.v2.StoryService', ...options })(
    async (request, response) => {
      for await (const _ of request);
      response.end(JSON.stringify({ url: request.url, headers: request.headers }))
    },
  )
  const server = await startServer({ host: '127.0.0.1', port: 0, handler, log: { warn: () => {} } })
  cleanups.push(() => server.close())
  return server.url
}

const routed = async (url: string, headers: Record<string, string> = {}) =>
  (await (await fetch(url, { headers })).json()) as { url: string; headers: Record<string, string> }

const rpc = '/troupe.story.v1.StoryService/GetStory'
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

describe('headers', () => {
  const forged = {
    'x-troupe-client-address': '6.6.6.6',
    'X-Troupe-Principal': 'admin',
    'x-forwarded-for': '6.6.6.6, 7.7.7.7',
    'x-forwarded-proto': 'https',
    'x-correlation-id': 'not a uuid',
    'x-request-id': 'mine',
    'x-other': 'kept',
  }

  test('what only the mesh may say is taken from strangers', async () => {
    const { headers } = await routed(await gateway(), forged)
    expect(headers['x-troupe-client-address']).toBe('127.0.0.1')
    expect(headers['x-troupe-principal']).toBeUndefined()
    expect(headers['x-forwarded-for']).toBeUndefined()
    expect(headers['x-forwarded-proto']).toBeUndefined()
    expect(headers['x-correlation-id']).toMatch(uuid)
    expect(headers['x-request-id']).toMatch(uuid)
    expect(headers['x-other']).toBe('kept')
  })

  test('a trusted proxy may tell the address of its client, and nothing else', async () => {
    const { headers } = await routed(await gateway({ trustedProxies: ['127.0.0.0/8', '7.7.7.7'] }), forged)
    expect(headers['x-troupe-client-address']).toBe('6.6.6.6')
    expect(headers['x-troupe-principal']).toBeUndefined()
    expect(headers['x-forwarded-proto']).toBe('https')
    for (const written of ['::ffff:6.6.6.6', '::FFFF:606:606']) {
      const again = await routed(await gateway({ trustedProxies: ['127.0.0.1'] }), { 'x-forwarded-for': written })
      expect(again.headers['x-troupe-client-address']).toBe('6.6.6.6')
    }
    expect(() => edge({ isKnownService: () => false, trustedProxies: ['everyone'] })).toThrow()
  })

  test('addresses that stand left of an untrusted one are not believed', async () => {
    const { headers } = await routed(await gateway({ trustedProxies: ['127.0.0.1'] }), forged)
    expect(headers['x-troupe-client-address']).toBe('7.7.7.7')
  })

  test('a correlation id that is a UUID is kept and answered', async () => {
    const id = '0190a7c2-5b5e-7cc0-8000-0123456789ab'
    const answer = await fetch(await gateway(), { headers: { 'x-correlation-id': id } })
    expect(answer.headers.get('x-correlation-id')).toBe(id)
    expect(answer.headers.get('x-request-id')).toMatch(uuid)
    expect(((await answer.json()) as { headers: Record<string, string> }).headers['x-correlation-id']).toBe(id)
  })

  test('plain answers carry security headers, RPC answers do not', async () => {
    const url = await gateway()
    expect((await fetch(url)).headers.get('x-content-type-options')).toBe('nosniff')
    expect((await fetch(`${url}${rpc}?connect=v1&encoding=json`)).headers.get('x-content-type-options')).toBeNull()
  })

  test('hop-by-hop headers stay behind', () => {
    const headers = {
      connection: 'Keep-Alive, X-Hop',
      'x-hop': '1',
      'keep-alive': '5',
      te: 'gzip',
      'x-kept': '1',
      host: 'a',
    }
    const request = { headers, method: 'POST', url: '/a?b' } as unknown as NodeServerRequest
    expect(upstreamHeaders(request, 'story:8081')).toEqual({
      'x-kept': '1',
      te: 'trailers',
      ':method': 'POST',
      ':path': '/a?b',
      ':scheme': 'http',
      ':authority': 'story:8081',
    })
  })
})

describe('CORS', () => {
  const preflight = (url: string, origin: string) =>
    fetch(url + rpc, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' },
    })

  test('any origin may call by default, without credentials', async () => {
    const url = await gateway()
    const answer = await preflight(url, 'https://a.example')
    expect(answer.status).toBe(204)
    expect(answer.headers.get('access-control-allow-origin')).toBe('*')
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull()
    expect(answer.headers.get('access-control-allow-methods')).toBe('POST, GET')
    for (const name of ['Content-Type', 'Authorization', 'Idempotency-Key', 'Connect-Protocol-Version', 'X-Grpc-Web']) {
      expect(answer.headers.get('access-control-allow-headers')).toContain(name)
    }
    const exposed = (await fetch(url, { headers: { origin: 'https://a.example' } })).headers
    for (const name of ['Grpc-Status', 'Grpc-Message', 'RateLimit', 'X-Correlation-Id']) {
      expect(exposed.get('access-control-expose-headers')).toContain(name)
    }
  })

  test('configured origins are the only ones', async () => {
    const url = await gateway({ origins: ['https://a.example'] })
    const allowed = await preflight(url, 'https://a.example')
    expect(allowed.headers.get('access-control-allow-origin')).toBe('https://a.example')
    expect(allowed.headers.get('vary')).toBe('origin')
    const refused = await preflight(url, 'https://evil.example')
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([204, null])
  })

  test('an OPTIONS request that is no preflight is routed', async () => {
    expect(await (await fetch(await gateway(), { method: 'OPTIONS' })).json()).toMatchObject({ url: '/' })
  })
})

describe('api-version', () => {
  test('routes to the version it names', async () => {
    const url = await gateway()
    const versioned = async (version: string) => (await routed(url + rpc, { 'api-version': version })).url
    expect(await versioned('v1')).toBe(rpc)
    expect(await versioned('v2')).toBe('/troupe.story.v2.StoryService/GetStory')
    expect((await routed(`${url}/page`, { 'api-version': 'v9' })).url).toBe('/page')
  })

  test('an unknown version is UNIMPLEMENTED', async () => {
    const url = await gateway()
    const headers = { 'api-version': 'v3' }
    expect((await fetch(url + rpc, { headers })).status).toBe(501)
    for (const transport of [createGrpcTransport({ baseUrl: url }), createGrpcWebTransport({ baseUrl: url })]) {
      const call = createClient(StoryService, transport).getStory({}, { headers })
      await expect(call).rejects.toMatchObject({ code: Code.Unimplemented })
    }
  })
})

describe('size limit', () => {
  test('a body announced as too long is refused, unless it is an upload', async () => {
    const url = await gateway({ maxRequestBytes: 1000, isUpload: (path) => path === '/upload' })
    const post = (path: string, bytes: number) => fetch(url + path, { method: 'POST', body: Buffer.alloc(bytes) })
    expect((await post('/page', 1000)).status).toBe(200)
    expect((await post('/page', 1001)).status).toBe(413)
    expect((await post('/upload', 500_000)).status).toBe(200)
    const refused = await fetch(url + rpc, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: `"${'x'.repeat(100_000)}"`,
    })
    expect([refused.status, await refused.json()]).toMatchObject([429, { code: 'resource_exhausted' }])
  })
})

describe('flood limit', () => {
  test('is answered with RetryInfo in the request’s own protocol', async () => {
    const url = await gateway({ flood: { perSecond: 1, burst: 2 } })
    await fetch(url)
    await fetch(url)
    const refused = await fetch(url)
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1'])
    const error = await createClient(StoryService, createGrpcTransport({ baseUrl: url }))
      .getStory({})
      .then(() => undefined)
      .catch((caught) => caught)
    expect(error.code).toBe(Code.ResourceExhausted)
    expect(error.findDetails(RetryInfoSchema)).toHaveLength(1)
  })

  test('never lets more than burst + rate × time through, and never refuses who keeps to the rate', () => {
    const arrivals = sequence(integer({ min: 0, max: 300 }), { minLength: 1, maxLength: 200 })
    assert(
      property(arrivals, integer({ min: 1, max: 50 }), integer({ min: 1, max: 20 }), (gaps, perSecond, burst) => {
        let now = 0
        const waitOf = tokenBuckets({ perSecond, burst, maxAddresses: 10, now: () => now })
        let passed = 0
        for (const gap of gaps) {
          now += gap
          const wait = waitOf('1.2.3.4')
          if (wait === 0) passed += 1
          expect(passed).toBeLessThanOrEqual(burst + (now * perSecond) / 1000 + 1e-6)
          if (wait === 0) continue
          now += wait
          expect(waitOf('1.2.3.4')).toBe(0)
          passed += 1
        }
      }),
    )
  })

  test('forgets addresses beyond its bound, those unseen for longest first', () => {
    const waitOf = tokenBuckets({ perSecond: 1, burst: 1, maxAddresses: 2, now: () => 0 })
    expect([waitOf('1.1.1.1'), waitOf('2.2.2.2'), waitOf('1.1.1.1')]).toEqual([0, 0, 1000])
    waitOf('3.3.3.3')
    expect([waitOf('1.1.1.1'), waitOf('2.2.2.2')]).toEqual([1000, 0])
  })

  test('IPv6 addresses count by their /64', () => {
    const wait = tokenBuckets({ perSecond: 1, burst: 1, maxAddresses: 10, now: () => 0 })
    const waits = ['2001:db8:0:1::5', '2001:0DB8:0:1:ffff:0:0:1', '2001:db8:0:2::5'].map(wait)
    expect(waits).toEqual([0, 1000, 0])
  })
})

describe('deadlines', () => {
  const read = (headers: Record<string, string>) => requestedTimeout(headers)

  test('are read in every unit, and nonsense is none', () => {
    expect(read({ 'grpc-timeout': '2S' })).toBe(2000)
    expect(read({ 'grpc-timeout': '5000u' })).toBe(5)
    expect(read({ 'grpc-timeout': '1H' })).toBe(3_600_000)
    expect(read({ 'connect-timeout-ms': '150' })).toBe(150)
    for (const value of ['', 'soon', '-1S', '123456789m', '5x']) expect(read({ 'grpc-timeout': value })).toBeUndefined()
  })

  test('what is written reads the same, to the millisecond, or second when very long', () => {
    assert(
      property(integer({ min: 1, max: 2 ** 31 }), (ms) => {
        const grpc = read(timeoutHeader('grpc', ms) as Record<string, string>)!
        expect(grpc - ms).toBeGreaterThanOrEqual(0)
        expect(grpc - ms).toBeLessThan(1000)
        expect(read(timeoutHeader('connect-unary', ms))).toBe(ms)
      }),
    )
  })
})

test('envelopes are followed however the bytes are cut', () => {
  const lengths = sequence(integer({ min: 0, max: 300 }), { maxLength: 20 })
  assert(
    property(lengths, integer({ min: 1, max: 50 }), (sizes, step) => {
      const frames = sizes.map((size) => {
        const frame = Buffer.alloc(5 + size, 0xff)
        frame.writeUInt32BE(size, 1)
        return frame
      })
      const ends = new Set(frames.map((_, i) => Buffer.concat(frames.slice(0, i + 1)).length)).add(0)
      const bytes = Buffer.concat(frames)
      const tracker = new EnvelopeTracker()
      for (let at = 0; at < bytes.length; at += step) {
        tracker.see(bytes.subarray(at, at + step))
        expect(tracker.atBoundary).toBe(ends.has(Math.min(at + step, bytes.length)))
      }
    }),
  )
})

test('a circuit opens after failures in a row, and closes with a success', () => {
  const circuit = new Circuit({ threshold: 2, openMs: 60_000, maxOpenMs: 60_000 })
  circuit.failed()
  circuit.succeeded()
  circuit.failed()
  expect(circuit.isOpen).toBe(false)
  circuit.failed()
  expect(circuit.isOpen).toBe(true)
  circuit.succeeded()
  expect(circuit.isOpen).toBe(false)
})
