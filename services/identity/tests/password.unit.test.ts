import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { Email } from '#shared/domain/email.ts'
import { commonPasswords } from '../domain/common-passwords.ts'
import { delayAfter, type Failures, forgetAfterMs, mustNotBeDelayed } from '../domain/login-throttle.ts'
import { checkPassword } from '../domain/password-policy.ts'
import { createPasswords, createTurns, passwordMemoryKiB } from '../infrastructure/passwords.ts'

const email = Email.parse('Wanda.Writer@example.com')
const reasonOf = (password: string): string => {
  try {
    checkPassword(password, email)
    return ''
  } catch (error) {
    return (error as { reason: string }).reason
  }
}

describe('a password', () => {
  it.each([
    'password',
    'PASSWORD',
    'Password1',
    'p@ssw0rd',
    'P@$$w0rd!',
    'passwort123',
    'qwertyuiop',
    '1q2w3e4r5t',
    '12345678',
    '87654321',
    'abcdefghij',
    'zzzzzzzz',
    'abcabcabc',
    '19841984',
    'iloveyou2',
    'Sunshine2024',
    '!!dragon1',
    'dragon123456',
    'wanda.writer',
    'Wanda.Writer1',
    'wanda.writer@example.com',
    'example.com',
    'ｐａｓｓｗｏｒｄ',
    'football!!',
    '123qweasd',
  ])('like %s is refused', (password) => {
    expect(reasonOf(password)).toBe('PASSWORD_TOO_COMMON')
  })

  it.each(['correct horse battery staple', 'Tr0ub4dor&3-x', 'dragon-eats-cheese', 'mSxa9-1kf8', 'пароль-и-мир'])(
    'like %s is taken',
    (password) => {
      expect(reasonOf(password)).toBe('')
    },
  )

  it('has 8–128 characters', () => {
    for (const bad of ['', 'aB3$xyz', 'xy'.repeat(65)]) expect(reasonOf(bad)).toBe('INVALID_PASSWORD')
  })

  it('from the list is refused in any case with any short ending', () => {
    const listed = [...commonPasswords].filter((word) => /^[a-z]{8,}$/.test(word))
    expect(commonPasswords.size).toBeGreaterThan(1000)
    const endings = fc.stringMatching(/^[0-9!.?]{0,4}$/)
    fc.assert(
      fc.property(
        fc.constantFrom(...listed),
        fc.array(fc.boolean(), { minLength: 8 }),
        endings,
        (word, caps, ending) => {
          const mixed = [...word].map((sign, index) => (caps[index % caps.length] ? sign.toUpperCase() : sign)).join('')
          return reasonOf(mixed + ending) === 'PASSWORD_TOO_COMMON'
        },
      ),
    )
  })
})

describe('hashing', () => {
  it('knows a password by what it looks like, and nothing without a hash', async () => {
    const passwords = await createPasswords(passwordMemoryKiB)
    const failed = vi.fn(async () => {})
    const turn = { admit: async () => {}, failed }
    const hash = await passwords.hash('Kaffee-Genießer-é')
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    expect(await passwords.verify('Kaffee-Genießer-e\u0301', hash, turn)).toBe(true)
    expect(failed).not.toHaveBeenCalled()
    expect(await passwords.verify('kaffee-Genießer-é', hash, turn)).toBe(false)
    expect(await passwords.verify('anything', undefined, turn)).toBe(false)
    expect(failed).toHaveBeenCalledTimes(2)
    const refused = { admit: () => Promise.reject(new Error('not now')), failed }
    await expect(passwords.verify('Kaffee-Genießer-é', hash, refused)).rejects.toThrow('not now')
  })

  it('runs two at once, lets a hundred wait, and refuses more', async () => {
    const inTurn = createTurns()
    let running = 0
    let most = 0
    const job = async () => {
      running += 1
      most = Math.max(most, running)
      await new Promise((done) => setTimeout(done, 1))
      running -= 1
    }
    const results = await Promise.allSettled(Array.from({ length: 110 }, () => inTurn(job)))
    const refused = results.filter(({ status }) => status === 'rejected')
    expect(refused).toHaveLength(8)
    expect(refused[0]).toMatchObject({ reason: { reason: 'HASHING_BUSY' } })
    expect(most).toBe(2)
    await inTurn(() => Promise.reject(new Error('a job that fails'))).catch(() => {})
    await Promise.all([inTurn(job), inTurn(job)])
    expect(most).toBe(2)
  })
})

describe('the delay after failures', () => {
  it('begins when the allowance is used up, doubles, and ends at a quarter of an hour', () => {
    expect([4, 5, 6, 7, 14, 15, 16, 5000].map((count) => delayAfter(count, 5) / 1000)).toEqual([
      0, 1, 2, 4, 512, 900, 900, 900,
    ])
  })

  it('is counted from the last failure, the longest counts, and a day forgets all', () => {
    const at = (ms: number) => new Date(Date.UTC(2026, 10, 20) + ms)
    const account = { count: 7, lastAt: at(0), allowance: 5 }
    const address = { count: 21, lastAt: at(1000), allowance: 20 }
    const check = (now: Date) => () => mustNotBeDelayed([account, address], now)
    expect(check(at(0))).toThrow(expect.objectContaining({ reason: 'LOGIN_DELAYED', details: { retryAfterMs: 4000 } }))
    expect(check(at(3999))).toThrow()
    expect(check(at(4000))).not.toThrow()
    const stubborn = { ...account, count: 100 }
    expect(() => mustNotBeDelayed([stubborn], at(899_999))).toThrow()
    expect(() => mustNotBeDelayed([stubborn], at(forgetAfterMs))).not.toThrow()
  })

  const count = fc.oneof(fc.nat({ max: 60 }), fc.nat())
  const allowance = fc.integer({ min: 1, max: 1000 })

  it('only grows with the failures, and is never longer than a quarter of an hour', () => {
    fc.assert(
      fc.property(count, fc.nat({ max: 100 }), allowance, (failures, more, allowed) => {
        const [one, other] = [delayAfter(failures, allowed), delayAfter(failures + more, allowed)]
        expect(other).toBeGreaterThanOrEqual(one)
        expect(other).toBeLessThanOrEqual(15 * 60_000)
        expect(one > 0).toBe(failures >= allowed)
      }),
    )
  })

  it('lets nobody in early, and nobody wait longer than it said', () => {
    const times = fc.nat({ max: 2 * forgetAfterMs })
    const failures = fc.record({ count, allowance, lastAt: times.map((ms) => new Date(ms)) })
    const refusalAt = (known: Failures[], ms: number) => {
      try {
        mustNotBeDelayed(known, new Date(ms))
        return undefined
      } catch (error) {
        return error as { reason: string; details: { retryAfterMs: number } }
      }
    }
    fc.assert(
      fc.property(fc.array(failures, { maxLength: 2 }), times, (known, now) => {
        const isEarly = known.some(
          ({ lastAt, ...each }) =>
            now - lastAt.getTime() < forgetAfterMs && now < lastAt.getTime() + delayAfter(each.count, each.allowance),
        )
        const refusal = refusalAt(known, now)
        expect(refusal?.reason).toBe(isEarly ? 'LOGIN_DELAYED' : undefined)
        if (!refusal) return
        const { retryAfterMs } = refusal.details
        expect(refusalAt(known, now + retryAfterMs - 1)?.reason).toBe('LOGIN_DELAYED')
        expect(refusalAt(known, now + retryAfterMs)).toBeUndefined()
      }),
      { numRuns: 1000 },
    )
  })
})
