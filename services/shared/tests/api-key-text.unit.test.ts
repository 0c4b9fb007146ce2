import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { apiKeyText, readApiKey } from '../infrastructure/api-key-text.ts'

const secret = fc.uint8Array({ minLength: 32, maxLength: 32 })
const letters = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

describe('an API key', () => {
  it('is known by its beginning, has one length, and is read as what it is kept as', () => {
    fc.assert(
      fc.property(secret, (bytes) => {
        const text = apiKeyText(bytes)
        expect(text).toMatch(/^trp_[0-9A-Za-z]{49}$/)
        expect(readApiKey(text)).toEqual({
          prefix: text.slice(0, 12),
          hash: createHash('sha256').update(text).digest(),
        })
      }),
    )
    expect(apiKeyText(new Uint8Array(32))).toMatch(/^trp_0{43}/)
    const largest = apiKeyText(new Uint8Array(32).fill(255))
    expect(readApiKey(largest)?.prefix).toBe(largest.slice(0, 12))
  })

  it('is another for other bytes', () => {
    fc.assert(
      fc.property(secret, secret, (a, b) => {
        expect(apiKeyText(a) === apiKeyText(b)).toBe(Buffer.from(a).equals(b))
      }),
    )
  })

  it('with a wrong character is none', () => {
    fc.assert(
      fc.property(secret, fc.integer({ min: 4, max: 52 }), fc.constantFrom(...letters), (bytes, at, letter) => {
        const text = apiKeyText(bytes)
        fc.pre(text[at] !== letter)
        expect(readApiKey(text.slice(0, at) + letter + text.slice(at + 1))).toBeUndefined()
      }),
    )
  })

  it('is no other text', () => {
    const text = apiKeyText(new Uint8Array(32).fill(7))
    const others = [
      '',
      'trp_',
      text.slice(0, -1),
      `${text}0`,
      ` ${text}`,
      `${text}\n`,
      text.toLowerCase(),
      text.slice(4),
    ]
    for (const other of others) expect(readApiKey(other)).toBeUndefined()
    fc.assert(fc.property(fc.string({ maxLength: 80 }), (other) => readApiKey(`trp_${other}`) === undefined))
  })
})
