import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { recordedEvents } from '#shared/domain/aggregate.ts'
import { FixedClock } from '#shared/domain/clock.ts'
import { Email } from '#shared/domain/email.ts'
import { EnvReader } from '#shared/infrastructure/config.ts'
import { type LinkPurpose, linkLifetimeMs, MailedLink } from '../domain/mailed-link.ts'
import { User } from '../domain/user.ts'
import { createKeyedHash } from '../infrastructure/keyed-hash.ts'
import { createLinkTokens, readLinkUrl } from '../infrastructure/link-tokens.ts'

const start = '2026-11-20T10:00:00Z'
const now = new Date(start)
const refused = (reason: string) => expect.objectContaining({ reason })
const purposes = ['verify-email', 'reset-password'] as const
const request = (purpose: LinkPurpose, id = '019a0000-0000-7000-8000-000000000001', at = now) =>
  MailedLink.request({ id, userId: 'u1', purpose }, at)
const newUser = () =>
  User.register(
    { id: 'u1', email: Email.parse('Ann@Example.com'), displayName: 'Ann', source: 'web', passwordHash: 'x' },
    now,
  )

describe('a mailed link', () => {
  it('works for a day where it verifies an address, and for an hour where it sets a password', () => {
    expect(linkLifetimeMs).toEqual({ 'verify-email': 86_400_000, 'reset-password': 3_600_000 })
    for (const purpose of purposes) {
      const clock = new FixedClock(start)
      const link = request(purpose)
      clock.advance(linkLifetimeMs[purpose] - 1)
      link.mustBeOpen(clock.now())
      clock.advance(1)
      expect(() => link.use(clock.now())).toThrow(refused('LINK_EXPIRED'))
    }
  })

  const step = fc.oneof(
    fc.record({ do: fc.constant('wait' as const), ms: fc.nat({ max: 2 * 3_600_000 }) }),
    fc.record({ do: fc.constantFrom('use' as const, 'withdraw' as const), ms: fc.constant(0) }),
  )

  it('is used once at most, never late and never after it was withdrawn', () => {
    fc.assert(
      fc.property(fc.constantFrom(...purposes), fc.array(step, { maxLength: 12 }), (purpose, steps) => {
        const clock = new FixedClock(start)
        const link = request(purpose)
        let isWithdrawn = false
        let uses = 0
        for (const { do: what, ms } of steps) {
          clock.advance(ms)
          if (what === 'withdraw') {
            link.withdraw()
            isWithdrawn = true
          }
          if (what !== 'use') continue
          const isLate = clock.now().getTime() - now.getTime() >= linkLifetimeMs[purpose]
          if (uses === 0 && !isWithdrawn && !isLate) {
            link.use(clock.now())
            uses += 1
          } else expect(() => link.use(clock.now())).toThrow(/another/)
        }
        expect(link.status === 'used').toBe(uses === 1)
      }),
    )
  })
})

describe('the token of a link', () => {
  const tokens = createLinkTokens(createKeyedHash(new Uint8Array(32).fill(1)))
  const ann = { id: 'u1', emailKey: 'ann@example.com' }

  it('is good for its link, purpose, account, address and master key alone', () => {
    const link = request('verify-email')
    const token = tokens.of(link, ann)
    const claim = tokens.read(token)
    if (!claim) throw new Error('our own token is not readable')
    expect(token).toMatch(/^[\w-]{64}$/)
    expect(claim.linkId).toBe(link.id)
    expect(tokens.isGenuine(claim, link, ann)).toBe(true)
    expect(tokens.isGenuine(claim, request('reset-password'), ann)).toBe(false)
    expect(tokens.isGenuine(claim, request('verify-email', '019a0000-0000-7000-8000-000000000002'), ann)).toBe(false)
    expect(tokens.isGenuine(claim, link, { ...ann, id: 'u2' })).toBe(false)
    expect(tokens.isGenuine(claim, link, { ...ann, emailKey: 'ann@example.org' })).toBe(false)
    const elsewhere = createLinkTokens(createKeyedHash(new Uint8Array(32).fill(2)))
    expect(elsewhere.isGenuine(claim, link, ann)).toBe(false)
  })

  it('cannot be altered', () => {
    const link = request('reset-password')
    const token = Buffer.from(tokens.of(link, ann), 'base64url')
    fc.assert(
      fc.property(fc.nat({ max: token.length * 8 - 1 }), (bit) => {
        const altered = Buffer.from(token)
        altered[bit >> 3] = (altered[bit >> 3] as number) ^ (1 << (bit & 7))
        const claim = tokens.read(altered.toString('base64url'))
        return claim !== undefined && (claim.linkId !== link.id || !tokens.isGenuine(claim, link, ann))
      }),
    )
    fc.assert(fc.property(fc.string({ maxLength: 100 }), (text) => tokens.read(text) === undefined))
  })

  it('stands in an address below the one that is configured', () => {
    const read = (base?: string) => readLinkUrl(new EnvReader(base === undefined ? {} : { TROUPE_LINK_BASE_URL: base }))
    expect(read()('verify-email', 'T')).toBe('http://127.0.0.1:8080/verify-email?token=T')
    expect(read('https://troupe.example/app/')('reset-password', 'T')).toBe(
      'https://troupe.example/app/reset-password?token=T',
    )
    const env = new EnvReader({ TROUPE_LINK_BASE_URL: 'ftp://troupe.example' })
    readLinkUrl(env)
    expect(() => env.done()).toThrow('TROUPE_LINK_BASE_URL must be a URL with https:// or http://')
  })
})

describe('an account', () => {
  it('tells of requests by ids alone, and of its verified address once', () => {
    const user = newUser()
    const [verification, reset] = [request('verify-email'), request('reset-password')]
    user.requestLink(verification)
    user.requestLink(reset)
    user.verifyEmail(now)
    user.verifyEmail(now)
    const [, ...events] = recordedEvents(user).map(({ schema, message }) => ({ name: schema.name, message }))
    expect(events.map(({ name }) => name)).toEqual([
      'EmailVerificationRequested',
      'PasswordResetRequested',
      'EmailVerified',
    ])
    expect(events[0]?.message).toEqual({
      $typeName: 'troupe.identity.v1.EmailVerificationRequested',
      userId: 'u1',
      requestId: verification.id,
      expiresAt: expect.objectContaining({ seconds: BigInt(verification.expiresAt.getTime() / 1000) }),
    })
    expect(user.emailVerified).toBe(true)
    expect(() => user.requestLink(verification)).toThrow(refused('EMAIL_ALREADY_VERIFIED'))
    user.requestLink(reset)
  })

  it('that is suspended is sent no links and verifies nothing', () => {
    const user = newUser()
    user.suspend({ userId: 'operator', roles: ['customer-support'] }, 'spam', now)
    for (const purpose of purposes) expect(() => user.requestLink(request(purpose))).toThrow(refused('USER_SUSPENDED'))
    expect(() => user.verifyEmail(now)).toThrow(refused('USER_SUSPENDED'))
  })
})
