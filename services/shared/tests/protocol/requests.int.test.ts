import { describe, expect, test } from 'vitest'
import { comparison, expectOurs } from './comparison.ts'
import { overSocket } from './raw-client.ts'
import { bodyOf, bytesOf, callWith, get, mainWays, nameOf, post, type Way, ways } from './ways.ts'

const { both, same, differs } = comparison()
const over = (some: readonly Way[]) => describe.each(some.map((way) => [nameOf(way), way] as const))

const types = [
  'application/json; charset=utf-8',
  'application/json;charset=UTF8',
  'application/json; charset=latin1',
  'application/json; charset="utf-8"',
  'application/json ;charset=utf-8',
  'Application/JSON',
  'APPLICATION/PROTO',
  'application/proto; charset=utf-8',
  'application/x-protobuf',
  'application/grpc',
  'Application/GRPC+PROTO',
  'application/grpc+json; charset=utf-8',
  'application/grpc+xml',
  'application/grpc;proto',
  'application/grpc-web',
  'application/grpc-web+JSON;charset=utf-8',
  'application/grpc-web-text',
  'application/grpc-web-text+proto',
  'application/connect+proto',
  'application/connect+json',
  'application/constructor',
  'text/plain',
  '*/*',
  '',
  '__proto__',
]

describe.each([2, 1] as const)('over HTTP/%i', (http) => {
  test.each(types)('a content type of "%s"', async (type) => {
    const codec = /json/i.test(type) ? 'json' : 'proto'
    const protocol = /grpc/i.test(type) ? 'grpc' : 'connect'
    const way: Way = { protocol, codec, http }
    await same(callWith(way, { text: 'a' }, { 'content-type': type }))
  })

  test('none', async () => {
    const { headers, ...sent } = callWith({ protocol: 'connect', codec: 'json', http })
    const { 'content-type': _, ...rest } = headers
    await same({ ...sent, headers: rest })
  })

  test.each(['GET', 'HEAD', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE'])('%s', async (method) => {
    for (const name of ['Read', 'Write']) {
      for (const type of [undefined, 'application/proto', 'application/grpc', 'application/json', 'text/plain']) {
        await same({
          http,
          method,
          path: `/test.v1.SampleService/${name}?encoding=json&message={}`,
          headers: type === undefined ? {} : { 'content-type': type },
          body: [],
        })
      }
    }
  })

  test.each([
    '/test.v1.SampleService/Write?x=1',
    '/test.v1.SampleService/Write?',
    '/test.v1.SampleService/Write#x',
    '/test.v1.SampleService/write',
    '/test.v1.SampleService/Write/',
    '//test.v1.SampleService/Write',
    '/test.v1.SampleService/Nothing',
    '/test.v1.SampleService/Wr%69te',
    '/',
  ])('the path %s', async (path) => {
    await same({ ...callWith({ protocol: 'connect', codec: 'proto', http }), path })
  })

  const text = (value: string) => Buffer.from(bytesOf({ codec: 'proto' }, { text: value }))
  const json = '{"text":"a"}'
  const queries = [
    `?encoding=json&message=${encodeURIComponent(json)}`,
    `?message=${encodeURIComponent(json)}&encoding=json&connect=v1`,
    `?connect=v2&encoding=json&message=${encodeURIComponent(json)}`,
    '?encoding=json&message={%22text%22:%22a?b%22}',
    '?encoding=json&message={%22text%22:%22a#b%22}',
    '?encoding=json&message=%7B%22text%22%3A%22a+b%2Bc%22%7D',
    '?encoding=json&message=%',
    '?encoding=json&message=%ff',
    '?encoding=json&message=',
    '?encoding=json',
    '?encoding=proto',
    '?encoding=proto&base64=1',
    '?message={}',
    '',
    '?',
    '?encoding=JSON&message={}',
    '?encoding=xml&message={}',
    '?encoding=constructor&message={}',
    '?encoding=__proto__&message={}',
    '?encoding=json&encoding=proto&message={}',
    '?encoding=json&message={}&message={%22text%22:%22b%22}',
    '?encoding=json&message={}&extra=1',
    `?encoding=proto&base64=1&message=${text('ab').toString('base64url')}`,
    `?encoding=proto&base64=1&message=${encodeURIComponent(text('ab').toString('base64'))}`,
    `?encoding=proto&base64=1&message=${encodeURIComponent(text('a??>>').toString('base64'))}`,
    `?encoding=proto&base64=1&message=${text('a??>>').toString('base64')}`,
    `?encoding=proto&base64=1&message=${text('a??>>').toString('base64url')}`,
    `?encoding=proto&base64=1&message=${text('abc').toString('base64')}=`,
    '?encoding=proto&base64=1&message=Cg%3D%3DE%3D',
    '?encoding=proto&base64=1&message=C%20g%0AFh',
    '?encoding=proto&base64=0&message=%0A%01a',
    '?encoding=proto&base64=true&message=%0A%01a',
    '?encoding=proto&message=%0A%01a',
    '?encoding=proto&message=%0A%C3',
    '?encoding=proto&base64=1&message=Cv8',
    `?encoding=json&base64=1&message=${Buffer.from(json).toString('base64url')}`,
    '?encoding=json&message={}&compression=identity',
    '?encoding=json&message={}&compression=gzip',
    '?encoding=json&message={}&compression=zstd',
    '?encoding=json&message={}&compression=',
    '?encoding=json&message=&compression=gzip',
  ]
  test.each(queries)('GET %s', async (query) => {
    await same(get(query, {}, http))
  })

  test.each(['!', 'a', 'Cg*h', 'ä', 'CgFhY'])('GET of base64 that is none: %s', async (message) => {
    const sent = get(`?encoding=proto&base64=1&message=${encodeURIComponent(message)}`, {}, http)
    expect((await differs('brokenBase64', sent)).parts[0]?.error?.code).toBe('invalid_argument')
  })

  test('GET with a compressed message', async () => {
    const { gzipSync, brotliCompressSync } = await import('node:zlib')
    const gzip = gzipSync(text('a text')).toString('base64url')
    const br = brotliCompressSync(text('a text')).toString('base64url')
    await same(get(`?encoding=proto&base64=1&compression=gzip&message=${gzip}`, {}, http))
    await same(get(`?encoding=proto&base64=1&compression=br&message=${br}`, { 'accept-encoding': 'gzip' }, http))
    await same(get(`?encoding=proto&base64=1&compression=gzip&message=${br}`, {}, http))
  })

  test('GET with headers that matter elsewhere', async () => {
    const query = `?encoding=json&message=${encodeURIComponent(json)}`
    const types = ['application/json', 'application/proto', 'application/grpc', 'application/connect+json', 'x', '']
    for (const type of types) await same(get(query, { 'content-type': type }, http))
    await same(get(query, { 'content-encoding': 'zstd', 'content-length': '0' }, http))
    await same(get(query, { 'connect-timeout-ms': '0' }, http))
    await same(get(query, { 'connect-timeout-ms': 'x' }, http))
  })

  test('GET shows its URL', async () => {
    await same(
      get(
        `?encoding=json&message=${encodeURIComponent(json)}`,
        { [http === 1 ? 'host' : ':authority']: 'a.example:80' },
        http,
      ),
      {
        handle: (message, context, note) => {
          note([context.url, context.requestMethod])
          return message
        },
      },
    )
  })
})

over(ways)('over %s', (_name, way) => {
  test('a body that comes byte by byte', async () => {
    const bytes = bodyOf(way, { text: 'a text' })
    await same(
      post(
        way,
        [...bytes].flatMap((byte) => [Uint8Array.of(byte), 1]),
      ),
    )
  })

  test('a body that comes after its headers', async () => {
    await same(post(way, [100, bodyOf(way, { text: 'a text' })]))
  })

  test('an end that comes after the body', async () => {
    await same(post(way, [bodyOf(way, { text: 'a text' }), 100]))
  })
})

over(mainWays)('over %s', (_name, way) => {
  test('HTTP/2 without te', async () => {
    const { headers, ...sent } = callWith(way)
    const { te: _, ...rest } = headers
    await same({ ...sent, headers: rest })
  })
})

const spoken = async (text: string) => {
  const isEnough = (answer: string) => /\r\n\r\n[\s\S]*\}|\r\n0\r\n\r\n|HTTP\/1.1 [34]/.test(answer)
  const { lean, reference } = both().servers
  const withoutDate = (answer: string) =>
    answer
      .replace(/^date: .*\r\n/im, '')
      .split('\r\n')
      .sort()
  return {
    lean: withoutDate(await overSocket(lean, text, isEnough)),
    reference: withoutDate(await overSocket(reference, text, isEnough)),
  }
}

const h1 = (version: string, headers: string[], path = '/test.v1.SampleService/Write') =>
  [
    `POST ${path} HTTP/${version}`,
    ...headers,
    'content-type: application/json',
    'content-length: 12',
    '',
    '{"text":"a"}',
  ].join('\r\n')

test('HTTP/1.0 and HTTP/1.1 as they are spoken', async () => {
  for (const request of [
    h1('1.0', ['host: a']),
    h1('1.1', ['host: a', 'connection: close']),
    h1('1.1', []),
    h1('1.1', ['host: a', 'expect: 100-continue']),
    h1('1.1', ['host: a', 'connect-timeout-ms: 100', 'Connect-Timeout-Ms: 200']),
    h1('1.1', ['host: a'], 'http://other/test.v1.SampleService/Write'),
  ]) {
    const { lean, reference } = await spoken(request)
    expect(lean).toEqual(reference)
  }
})

test('a host that is none does not keep a call from being answered', async () => {
  for (const request of [h1('1.0', []), h1('1.1', ['host: a b']), h1('1.1', ['host: ']), h1('1.1', ['host: [::'])]) {
    const { lean, reference } = await spoken(request)
    expect(lean[0] === '' ? lean[1] : lean[0]).not.toBe(reference[0])
    expectOurs('noAuthority', lean.join()).toContain('HTTP/1.1 200 OK')
    expect(reference.join()).toContain('500')
  }
})
