import { describe, expect, test } from 'vitest'
import { limits } from './both-paths.ts'
import { codeIn, comparison } from './comparison.ts'
import { binaryWays, bytesOf, callWith, envelope, get, isEnveloped, nameOf, post, type Way } from './ways.ts'

const { same } = comparison()

const exhausted = ['8', 'resource_exhausted']
/** A message of as many bytes in all. */
const sized = (bytes: number) => ({ text: 'x'.repeat(bytes - 3) })
const framed = (way: Way, data: Uint8Array) => (isEnveloped(way) ? envelope(data) : data)

describe.each(binaryWays.map((way) => [nameOf(way), way] as const))('over %s', (_name, way) => {
  test('a request of as many bytes as are allowed', async () => {
    const message = sized(limits.readMaxBytes)
    expect(codeIn(await same(callWith(way, message)))).toBeUndefined()
    const body = framed(way, bytesOf(way, message))
    expect(codeIn(await same(post(way, [body.subarray(0, 1000), body.subarray(1000)])))).toBeUndefined()
  })

  test('one byte more, as its length tells', async () => {
    expect(exhausted).toContain(codeIn(await same(callWith(way, sized(limits.readMaxBytes + 1)))))
  })

  test('one byte more, as is found out on the way', async () => {
    const body = framed(way, bytesOf(way, sized(limits.readMaxBytes + 1)))
    expect(exhausted).toContain(codeIn(await same(post(way, [body.subarray(0, 3000), 5, body.subarray(3000)]))))
  })

  test('an answer of as many bytes as are allowed, and one more', async () => {
    const answer = (bytes: number) => same(callWith(way), { handle: () => sized(bytes) })
    expect(codeIn(await answer(limits.writeMaxBytes))).toBeUndefined()
    expect(exhausted).toContain(codeIn(await answer(limits.writeMaxBytes + 1)))
  })

  if (isEnveloped(way))
    test('an envelope that announces too much', async () => {
      for (const length of [limits.readMaxBytes + 1, 2 ** 31, 2 ** 32 - 1]) {
        expect(exhausted).toContain(codeIn(await same(post(way, [envelope(Buffer.from('ab'), 0, length)]))))
      }
      const behind = [envelope(bytesOf(way, {})), envelope(Buffer.from('a'), 0, limits.readMaxBytes + 1)]
      await same(post(way, [Buffer.concat(behind)]))
    })

  if (isEnveloped(way))
    test('it is refused before its body is there', async () => {
      const answered = Promise.withResolvers<void>()
      const body = [envelope(Buffer.from('ab'), 0, limits.readMaxBytes + 1), () => answered.promise]
      setTimeout(answered.resolve, 200)
      expect(exhausted).toContain(codeIn(await same(post(way, body))))
    })
})

test('the message of a GET', async () => {
  for (const bytes of [limits.readMaxBytes, limits.readMaxBytes + 1]) {
    const message = Buffer.from(bytesOf({ codec: 'proto' }, sized(bytes))).toString('base64url')
    await same(get(`?encoding=proto&base64=1&message=${message}`))
  }
})
