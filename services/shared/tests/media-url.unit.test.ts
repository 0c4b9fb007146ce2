import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createMediaUrls } from '../infrastructure/blobs/media-url.ts'

const now = new Date('2026-11-20T10:01:00Z')
const minute = 60_000
const later = (ms: number) => new Date(now.getTime() + ms)
const key = 'narration/joined/0199a1b2.mp3'

describe('media URLs', () => {
  const urls = createMediaUrls(randomBytes(32))

  it('are read back as they were signed, names included', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 150 }), (name) => {
        const filename = name.toWellFormed()
        const url = urls.sign(key, { now, lifetimeMs: minute, filename })
        expect(urls.read(url, now)).toEqual({ key, filename: filename || undefined })
        expect(url).toMatch(/^\/media\/narration\/joined\/0199a1b2\.mp3\?[\x21-\x7e]+$/)
      }),
    )
  })

  it('are good for their lifetime and for less than five minutes more', () => {
    const url = urls.sign(key, { now, lifetimeMs: 10 * minute })
    expect(urls.read(url, later(10 * minute))).toMatchObject({ key })
    expect(urls.read(url, later(15 * minute))).toBe('expired')
  })

  it('are the same for who asks again soon', () => {
    expect(urls.sign(key, { now, lifetimeMs: minute })).toBe(urls.sign(key, { now: later(minute), lifetimeMs: minute }))
    expect(urls.sign(key, { now, lifetimeMs: minute })).not.toBe(
      urls.sign(key, { now: later(10 * minute), lifetimeMs: minute }),
    )
  })

  it('are refused when anything is changed', () => {
    const url = urls.sign(key, { now, lifetimeMs: minute, filename: 'Once.mp3' })
    fc.assert(
      fc.property(fc.nat(url.length - 1), fc.constantFrom(...'aZ09-_/.?&=%'), (at, char) => {
        const changed = url.slice(0, at) + char + url.slice(at + 1)
        fc.pre(changed !== url)
        expect(urls.read(changed, now)).toBeTypeOf('string')
      }),
    )
    const other = url.replace(/signature=.*/, (signature) => signature.replaceAll('-', '+').replaceAll('_', '/'))
    expect(urls.read(`${other}=`, now)).toBe('forged')
    const params = new URLSearchParams(url.split('?')[1])
    const without = (name: string) => {
      const rest = new URLSearchParams(params)
      rest.delete(name)
      return `/media/${key}?${rest}`
    }
    expect(urls.read(without('filename'), now)).toBe('forged')
    expect(urls.read(without('signature'), now)).toBe('forged')
    expect(urls.read(without('expires'), now)).toBe('malformed')
    expect(urls.read(`/media/${key}`, now)).toBe('malformed')
    expect(urls.read(url.replace(key, 'narration/../secrets'), now)).toBe('malformed')
    expect(urls.read(url.replace(key, 'narration/%2e%2e/secrets'), now)).toBe('malformed')
    expect(createMediaUrls(randomBytes(32)).read(url, now)).toBe('forged')
    // A forged one tells nothing of whether it would have expired.
    expect(urls.read(url.replace(/expires=\d+/, 'expires=1'), now)).toBe('forged')
  })

  it('are of keys alone', () => {
    expect(() => urls.sign('../secrets', { now, lifetimeMs: minute })).toThrow(TypeError)
  })
})
