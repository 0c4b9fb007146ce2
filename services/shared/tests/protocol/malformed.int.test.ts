import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { codeIn, comparison } from './comparison.ts'
import {
  binaryWays,
  bodyOf,
  bytesOf,
  callWith,
  envelope,
  isEnveloped,
  mainWays,
  nameOf,
  post,
  type Way,
  ways,
} from './ways.ts'

const { ours, same } = comparison()

const framed = (way: Way, data: Uint8Array) => (isEnveloped(way) ? envelope(data) : data)
const json = ways.filter(({ codec }) => codec === 'json')
const enveloped = binaryWays.filter(isEnveloped)
const over = (some: readonly Way[]) => describe.each(some.map((way) => [nameOf(way), way] as const))

const notMessages = {
  'bytes of no meaning': Buffer.from([0x0a, 0xff, 0x01, 0x02]),
  noise: Buffer.from('9f'.repeat(40), 'hex'),
  'a cut message': bytesOf({ codec: 'proto' }, { text: 'a text' }).subarray(0, 5),
  'a message and more': Buffer.concat([bytesOf({ codec: 'proto' }, { text: 'a' }), Buffer.from([0x0a])]),
  'a field of another type': Buffer.from([0x08, 0x01]),
  'field number zero': Buffer.from([0x02, 0x01, 0x61]),
  'a group that does not end': Buffer.from([0x0b]),
  'an endless varint': Buffer.alloc(12, 0xff),
}

const oddMessages = {
  'text that is no UTF-8': Buffer.from([0x0a, 0x03, 0x61, 0xff, 0xfe]),
  'unknown fields': Buffer.from([0xa2, 0x06, 0x02, 0x68, 0x69, 0x0a, 0x01, 0x61, 0xf8, 0x06, 0x07]),
  'a field twice': Buffer.concat([
    bytesOf({ codec: 'proto' }, { text: 'a' }),
    bytesOf({ codec: 'proto' }, { text: 'b' }),
  ]),
  'numbers at their ends': bytesOf({ codec: 'proto' }, { count: -(2n ** 63n), ratio: Number.NaN }),
  infinity: bytesOf({ codec: 'proto' }, { count: 2n ** 63n - 1n, ratio: Number.NEGATIVE_INFINITY }),
  'nested messages': bytesOf({ codec: 'proto' }, { child: { child: { child: { text: 'deep' } } }, tags: ['', 'a'] }),
  nothing: Buffer.alloc(0),
}

over(binaryWays)('over %s', (_name, way) => {
  test.each(Object.entries(notMessages))('%s', async (_which, bytes) => {
    expect(['3', 'invalid_argument']).toContain(codeIn(await same(post(way, [framed(way, bytes)]))))
  })

  test.each(Object.entries(oddMessages))('%s', async (_which, bytes) => {
    await same(post(way, [framed(way, bytes)]))
  })

  test('nothing at all', async () => {
    await same(post(way, []))
    await same(post(way, [Buffer.alloc(0)]))
  })

  test('what the handler gets', async () => {
    const data = Uint8Array.from([1, 2, 255])
    await same(callWith(way, { text: 'é', data, count: 5n, ratio: 0.5, tags: ['a', 'b'], child: { text: 'c' } }), {
      handle: (message, _context, note) => {
        note({ ...message, $typeName: message.$typeName })
        note([message.data.constructor.name, message.data.byteLength, Object.keys(message).sort()])
        const copy = message.data.slice()
        copy[0] = 9
        note([...message.data])
        return message
      },
    })
  })

  test('unknown fields come back', async () => {
    const outcome = await same(post(way, [framed(way, oddMessages['unknown fields'])]))
    expect(JSON.stringify(outcome.parts)).toContain('a206026869')
  })
})

over(enveloped)('over %s', (_name, way) => {
  const good = bodyOf(way, { text: 'a text' })
  const other = bodyOf(way, { text: 'another' })
  const bad = envelope(notMessages['bytes of no meaning'])
  const withFlags = (flags: number) => envelope(bytesOf(way, { text: 'a' }), flags)
  const trailers = envelope(Buffer.from('x: y\r\n'), 0x80)

  const bodies: Record<string, readonly Uint8Array[]> = {
    'a cut header': [good.subarray(0, 3)],
    'a header alone': [good.subarray(0, 5)],
    'a cut message': [good.subarray(0, 8)],
    'a message and a byte': [good, Buffer.from([0])],
    'a message and a cut header': [good, other.subarray(0, 4)],
    'a message and a header alone': [good, other.subarray(0, 5)],
    'a message and a cut one': [good, other.subarray(0, 8)],
    'two messages': [good, other],
    'three messages': [good, other, good],
    'an empty message': [envelope(Buffer.alloc(0))],
    'two empty messages': [envelope(Buffer.alloc(0)), envelope(Buffer.alloc(0))],
    'an empty message and a header alone': [envelope(Buffer.alloc(0)), other.subarray(0, 5)],
    'no message, then one': [bad, good],
    'a message, then none': [good, bad],
    'no message, then a cut one': [bad, good.subarray(0, 7)],
    trailers: [trailers],
    'a message and trailers': [good, trailers],
    'trailers and a message': [trailers, good],
    'a message between trailers': [trailers, good, trailers],
    'a message and trailers and another': [good, trailers, other],
    'trailers twice and a message': [trailers, trailers, good],
    'trailers that are compressed': [good, envelope(Buffer.from('x'), 0x81)],
    'text instead': [Buffer.from('hello world, this is text')],
  }

  test.each(Object.entries(bodies))('%s', async (_which, body) => {
    await same(post(way, [Buffer.concat(body)]))
    const apart = body.flatMap((part) => [part, 4])
    await same(post(way, apart))
  })

  test.each([1, 2, 4, 8, 16, 32, 64, 127, 128, 129, 130, 255])('flags of %i', async (flags) => {
    await same(post(way, [withFlags(flags)]))
    await same(post(way, [withFlags(flags)], { 'grpc-encoding': 'gzip' }))
  })
})

const texts = {
  'unknown fields': '{"text":"a","other":{"deep":[1,2]}}',
  'duplicate keys': '{"text":"a","text":"b"}',
  'two names of one field': '{"child":{},"text":"a","tags":[],"tags":["x"]}',
  null: 'null',
  'a null field': '{"text":null,"child":null,"tags":null}',
  nothing: '',
  space: '  \n ',
  'an empty object': '{}',
  'an array': '[]',
  text: '"a"',
  'a number': '1',
  cut: '{"text":"a',
  'more behind': '{"text":"a"} x',
  'a wrong type': '{"text":1}',
  'a wrong type deep inside': '{"child":{"child":{"tags":["a",2]}}}',
  'int64 as text': '{"count":"9223372036854775807"}',
  'int64 as a number': '{"count":12345}',
  'int64 out of range': '{"count":"9223372036854775808"}',
  'int64 with a fraction': '{"count":1.5}',
  'int64 as an exponent': '{"count":1e3}',
  'a number not a number': '{"ratio":"NaN"}',
  infinity: '{"ratio":"Infinity"}',
  'minus infinity': '{"ratio":"-Infinity"}',
  'infinity as a number': '{"ratio":1e999}',
  'NaN as JavaScript': '{"ratio":NaN}',
  bytes: '{"data":"AQL/"}',
  'bytes for URLs, unpadded': '{"data":"AQL_-w"}',
  'bytes that are none': '{"data":"!"}',
  'a byte order mark': '\ufeff{"text":"a"}',
  'a comment': '{/* a */}',
  'a proto name': '{"__proto__":{"text":"x"},"constructor":1}',
  'a lone surrogate': '{"text":"\\ud800"}',
  'other scripts': '{"text":"日本語 🎭"}',
  'deep nesting': `${'{"child":'.repeat(150)}{}${'}'.repeat(150)}`,
}

over(json)('over %s', (_name, way) => {
  test.each(Object.entries(texts))('%s', async (_which, text) => {
    await same(post(way, [framed(way, Buffer.from(text))]))
  })

  test('text that is no UTF-8', async () => {
    await same(post(way, [framed(way, Buffer.from([...Buffer.from('{"text":"'), 0xff, 0xc3, 0x28, 0x22, 0x7d]))]))
  })

  test('characters, one of which a message quotes half of', async () => {
    const text = Buffer.from(`{"text":\ufffd${'😀'.repeat(44)}"}`)
    const outcome = await ours('halfCharacters', post(way, [framed(way, text)]))
    expect(codeIn(outcome)).toBe(way.protocol === 'connect' ? 'invalid_argument' : '3')
  })

  test('a message of the other encoding', async () => {
    await same(post(way, [framed(way, bytesOf({ codec: 'proto' }, { text: 'a' }))]))
    const proto = { ...way, codec: 'proto' } as const
    await same(post(proto, [framed(way, Buffer.from('{"text":"a"}'))]))
  })
})

over(mainWays)('over %s', (_name, way) => {
  test('nobody is called for what is no message', async () => {
    const outcome = await same(
      post(way, [framed(way, randomBytes(0)), ...(isEnveloped(way) ? [] : [Buffer.from([0x0a])])]),
      {
        gate: (_context, note) => note('gate'),
        intercept: (note) => (next) => async (request) => {
          note('interceptor')
          return next(request)
        },
      },
    )
    expect(outcome.notes).toContain('gate')
  })
})
