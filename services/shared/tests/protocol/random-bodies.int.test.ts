import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { comparison } from './comparison.ts'
import { bytesOf, envelope, isEnveloped, nameOf, post, type SampleInit, type Way, ways } from './ways.ts'

const { run } = comparison()

const sample: fc.Arbitrary<SampleInit> = fc.record({
  text: fc.string({ maxLength: 20, unit: 'grapheme' }),
  data: fc.uint8Array({ maxLength: 8 }),
  count: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  ratio: fc.double(),
  tags: fc.array(fc.string({ maxLength: 4 }), { maxLength: 3 }),
})

type Change = { at: number; kind: 'flip' | 'drop' | 'double' | 'cut'; by: number }
const change: fc.Arbitrary<Change> = fc.record({
  at: fc.nat(),
  kind: fc.constantFrom('flip', 'drop', 'double', 'cut'),
  by: fc.integer({ min: 1, max: 255 }),
})

const changed = (bytes: Buffer, { at, kind, by }: Change): Buffer => {
  if (bytes.byteLength === 0) return bytes
  const place = at % bytes.byteLength
  const before = bytes.subarray(0, place)
  const after = bytes.subarray(place + 1)
  const byte = bytes[place] as number
  if (kind === 'flip') return Buffer.concat([before, Buffer.of(byte ^ by), after])
  if (kind === 'drop') return Buffer.concat([before, after])
  if (kind === 'double') return Buffer.concat([before, Buffer.of(byte, byte), after])
  return before
}

const headersFor = (way: Way, gzip: boolean) =>
  gzip ? { [way.protocol === 'connect' ? 'content-encoding' : 'grpc-encoding']: 'gzip' } : {}

const runs = { numRuns: 20, seed: 1 }

describe.each(ways.map((way) => [nameOf(way), way] as const))('over %s', (_name, way) => {
  const packed = (data: Uint8Array, gzip: boolean): Buffer => {
    const bytes = gzip ? gzipSync(data) : Buffer.from(data)
    return isEnveloped(way) ? envelope(bytes, gzip ? 1 : 0) : bytes
  }
  const alike = async (body: Buffer, gzip: boolean) => {
    const { lean, reference } = await run(post(way, [body], headersFor(way, gzip)))
    expect({ body: body.toString('hex'), ...lean }).toEqual({ body: body.toString('hex'), ...reference })
  }

  test('random messages come back', async () => {
    await fc.assert(
      fc.asyncProperty(sample, fc.boolean(), (message, gzip) => alike(packed(bytesOf(way, message), gzip), gzip)),
      runs,
    )
  })

  test('damaged requests are answered alike', async () => {
    const changes = fc.array(change, { minLength: 1, maxLength: 3 })
    await fc.assert(
      fc.asyncProperty(sample, changes, fc.boolean(), (message, list, gzip) =>
        alike(list.reduce(changed, packed(bytesOf(way, message), gzip)), gzip),
      ),
      runs,
    )
  })

  test('random bytes are answered alike', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 40 }), fc.boolean(), fc.boolean(), (bytes, isFramed, gzip) =>
        alike(isFramed && isEnveloped(way) ? envelope(bytes, gzip ? 1 : 0) : Buffer.from(bytes), gzip),
      ),
      runs,
    )
  })
})
