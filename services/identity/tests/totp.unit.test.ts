import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { base32 } from '../domain/base32.ts'
import { SecondFactor } from '../domain/second-factor.ts'
import { codeAt, otpauthUri, stepAt, stepOf } from '../domain/totp.ts'
import { createSealer, hmacSha1 } from '../infrastructure/sealing.ts'
import { codeOf } from './authenticator-app.ts'

const refused = (reason: string) => expect.objectContaining({ reason })
const rfcSecret = Buffer.from('12345678901234567890')

describe('a code', () => {
  // RFC 6238, appendix B, whose codes have eight digits: ours are the last six of them.
  it.each([
    [59, '94287082'],
    [1_111_111_109, '07081804'],
    [1_111_111_111, '14050471'],
    [1_234_567_890, '89005924'],
    [2_000_000_000, '69279037'],
    [20_000_000_000, '65353130'],
  ])('at %d seconds ends as RFC 6238 says', (seconds, code) => {
    expect(codeAt(hmacSha1, rfcSecret, stepAt(new Date(seconds * 1000)))).toBe(code.slice(2))
  })

  // RFC 4226, appendix D.
  it('of each of the first steps is as RFC 4226 says', () => {
    const codes = Array.from({ length: 10 }, (_, step) => codeAt(hmacSha1, rfcSecret, step))
    expect(codes.join(' ')).toBe('755224 287082 359152 969429 338314 254676 287922 162583 399871 520489')
  })

  it('is taken one step early or late, and no more', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 20, maxLength: 20 }),
        fc.integer({ min: 3, max: 4_000_000_000 }),
        fc.integer({ min: -5, max: 5 }),
        (secret, seconds, drift) => {
          const now = new Date(seconds * 1000)
          const present = stepAt(now)
          const code = codeAt(hmacSha1, secret, present + drift)
          const near = [-1, 0, 1].filter((each) => codeAt(hmacSha1, secret, present + each) === code)
          const found = stepOf(hmacSha1, secret, code, now)
          expect(found).toBe(near.length > 0 ? present + (near.at(-1) as number) : undefined)
        },
      ),
    )
  })
})

describe('a secret', () => {
  it('is written as RFC 4648 says, and what an app makes of it are our codes', () => {
    const texts = ['', 'f', 'fo', 'foo', 'foob', 'fooba', 'foobar'].map((text) => base32(Buffer.from(text)))
    expect(texts).toEqual(['', 'MY', 'MZXQ', 'MZXW6', 'MZXW6YQ', 'MZXW6YTB', 'MZXW6YTBOI'])
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 20, maxLength: 20 }), (secret) => {
        const now = new Date('2026-11-20T10:00:00Z')
        return codeOf(base32(secret), now) === codeAt(hmacSha1, secret, stepAt(now))
      }),
    )
    const uri = new URL(otpauthUri(rfcSecret, 'ann+x@example.com'))
    expect(uri.pathname).toContain(encodeURIComponent('ann+x@example.com'))
    expect(Object.fromEntries(uri.searchParams)).toEqual({
      secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ',
      issuer: 'Troupe',
      algorithm: 'SHA1',
      digits: '6',
      period: '30',
    })
  })

  it('is sealed for its owner under the master key', () => {
    const sealer = createSealer(new Uint8Array(32).fill(1), 'totp-secrets')
    const sealed = sealer.seal('u1', rfcSecret)
    expect(Buffer.from(sealed).includes(rfcSecret)).toBe(false)
    expect(Buffer.from(sealer.unseal('u1', sealed))).toEqual(rfcSecret)
    expect(sealer.seal('u1', rfcSecret)).not.toEqual(sealed)
    expect(() => sealer.unseal('u2', sealed)).toThrow()
    expect(() => createSealer(new Uint8Array(32).fill(2), 'totp-secrets').unseal('u1', sealed)).toThrow()
    expect(() => createSealer(new Uint8Array(32).fill(1), 'signing-keys').unseal('u1', sealed)).toThrow()
  })
})

describe('a second factor', () => {
  const now = new Date('2026-11-20T10:00:00Z')

  it('is on once a right code came, and is set up again only before', () => {
    const factor = SecondFactor.enroll('u1', rfcSecret)
    expect(() => factor.confirm(undefined, ['a'], now)).toThrow(refused('TOTP_INVALID'))
    expect(factor).toMatchObject({ recoveryHashes: [] })
    factor.enrollAgain(Buffer.from('another secret'))
    factor.confirm(7, ['a', 'b'], now)
    expect(factor).toMatchObject({ confirmedAt: now, recoveryHashes: ['a', 'b'], lastStep: 7 })
    expect(() => factor.confirm(8, ['c'], now)).toThrow(refused('TOTP_ALREADY_ON'))
    expect(() => factor.enrollAgain(rfcSecret)).toThrow(refused('TOTP_ALREADY_ON'))
  })

  const hash = fc.constantFrom('a', 'b', 'c', 'd')
  const attempt = fc.oneof(
    fc.record({ step: fc.option(fc.integer({ min: 1, max: 12 }), { nil: undefined }) }),
    fc.record({ hash }),
  )

  it('takes every code and every recovery code once at most, and no code older than the last', () => {
    fc.assert(
      fc.property(fc.array(attempt, { maxLength: 40 }), fc.uniqueArray(hash), (attempts, hashes) => {
        const factor = SecondFactor.enroll('u1', rfcSecret)
        factor.confirm(1, hashes, now)
        const left = new Set(hashes)
        let last = 1
        for (const each of attempts) {
          if ('hash' in each) expect(factor.takeRecovery(each.hash)).toBe(left.delete(each.hash))
          else {
            const isNew = each.step !== undefined && each.step > last
            expect(factor.takeStep(each.step)).toBe(isNew)
            if (isNew) last = each.step as number
          }
        }
        expect(new Set(factor.recoveryHashes)).toEqual(left)
      }),
    )
  })
})
