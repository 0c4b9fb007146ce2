import { randomBytes } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { codeIn, comparison } from './comparison.ts'
import {
  acceptHeader,
  binaryWays,
  bytesOf,
  callWith,
  compressedCall,
  encodingOf,
  envelope,
  isEnveloped,
  nameOf,
  post,
} from './ways.ts'

const { same } = comparison()

const bodies = { small: { text: 'x'.repeat(100) }, large: { text: 'x'.repeat(1500) } }
const encodings = ['gzip', 'br'] as const

const accepted = [
  '',
  'gzip',
  'br',
  'identity',
  'br, gzip',
  'gzip,br',
  'deflate, br;q=0.5, gzip;q=0.1',
  'gzip;q=0',
  'zstd',
  '*',
  'GZIP',
  ' gzip ',
  'identity, gzip',
]

describe.each(binaryWays.map((way) => [nameOf(way), way] as const))('over %s', (_name, way) => {
  test.each(encodings)('a request in %s is answered in it, when it is worth it', async (encoding) => {
    for (const message of Object.values(bodies)) {
      expect(codeIn(await same(compressedCall(way, encoding, bytesOf(way, message))))).toBeUndefined()
    }
  })

  test.each(accepted)('a client that accepts "%s"', async (accept) => {
    for (const message of Object.values(bodies)) await same(callWith(way, message, { [acceptHeader(way)]: accept }))
    await same(compressedCall(way, 'br', bytesOf(way, bodies.large), { [acceptHeader(way)]: accept }))
  })

  test.each([1021, 1022, 1023, 1024, 1025])('an answer of %i bytes and what is around them', async (length) => {
    await same(callWith(way, { text: 'x'.repeat(length - 3) }, { [acceptHeader(way)]: 'gzip' }))
  })
})

describe.each(binaryWays.map((way) => [nameOf(way), way] as const))('over %s', (_name, way) => {
  const packed = (data: Uint8Array, flags = 1) => (isEnveloped(way) ? envelope(data, flags) : data)
  const gzipped = (data: Uint8Array, flags?: number) => post(way, [packed(data, flags)], encodingOf(way, 'gzip'))

  test.each(['identity', 'deflate', 'zstd', 'GZIP', 'gzip, br', '', 'x"y'])('a request in "%s"', async (encoding) => {
    await same(callWith(way, { text: 'x' }, encodingOf(way, encoding)))
  })

  test('one in an unknown encoding by a client that accepts another', async () => {
    await same(callWith(way, { text: 'x' }, { ...encodingOf(way, 'zstd'), [acceptHeader(way)]: 'gzip' }))
  })

  test('a request that says it is compressed and is not', async () => {
    await same(gzipped(bytesOf(way, { text: 'plain' })))
    await same(post(way, [packed(bytesOf(way, { text: 'plain' }))], encodingOf(way, 'br')))
  })

  test('a compressed request that does not say so', async () => {
    await same(post(way, [packed(gzipSync(bytesOf(way, { text: 'x' })))]))
    await same(post(way, [packed(gzipSync(bytesOf(way, { text: 'x' })))], encodingOf(way, 'identity')))
  })

  test('an envelope that is not compressed under an encoding', async () => {
    await same(gzipped(bytesOf(way, { text: 'x' }), 0))
  })

  test('damaged gzip', async () => {
    const good = gzipSync(bytesOf(way, bodies.large))
    await same(gzipped(good.subarray(0, good.byteLength - 9)))
    await same(gzipped(good.subarray(0, 3)))
    await same(gzipped(Buffer.concat([good, Buffer.from('more')])))
    await same(gzipped(Buffer.concat([good, good])))
    const flipped = Buffer.from(good)
    flipped[good.byteLength - 6] = (flipped[good.byteLength - 6] as number) ^ 0xff
    await same(gzipped(flipped))
  })

  test('damaged brotli', async () => {
    const { body } = compressedCall(way, 'br', bytesOf(way, { text: randomBytes(500).toString('hex') }))
    const [bytes] = body as [Buffer]
    const data = isEnveloped(way) ? bytes.subarray(5) : bytes
    await same(post(way, [packed(data.subarray(0, 100))], encodingOf(way, 'br')))
    await same(post(way, [packed(Buffer.from('no brotli at all, not a bit'))], encodingOf(way, 'br')))
  })

  test('a bomb', async () => {
    const outcome = await same(gzipped(gzipSync(Buffer.alloc(1_000_000))))
    expect(['8', 'resource_exhausted']).toContain(codeIn(outcome))
  })

  test('as much as is allowed, and one byte more, unpacked', async () => {
    for (const length of [4096 - 3, 4096 - 2])
      await same(compressedCall(way, 'gzip', bytesOf(way, { text: 'x'.repeat(length) })))
  })

  test('nothing, compressed', async () => {
    await same(compressedCall(way, 'gzip', new Uint8Array()))
    await same(gzipped(new Uint8Array()))
    await same(gzipped(new Uint8Array(), 0))
  })

  test('an error that is worth compressing', async () => {
    const fail = () => {
      throw new Error('x')
    }
    await same(callWith(way, {}, { [acceptHeader(way)]: 'gzip' }), { handle: fail })
    const long = {
      handle: (_message: unknown, context: { responseTrailer: Headers }) => {
        for (let n = 0; n < 40; n += 1) context.responseTrailer.set(`x-many-${n}`, 'x'.repeat(30))
        return fail()
      },
    }
    await same(callWith(way, {}, { [acceptHeader(way)]: 'gzip' }), long)
  })
})
