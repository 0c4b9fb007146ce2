import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SessionRevocationReason } from '#gen/troupe/identity/v1/identity_events_pb.ts'
import { recordedEvents } from '#shared/domain/aggregate.ts'
import { FixedClock } from '#shared/domain/clock.ts'
import { repeatGraceMs, Session } from '../domain/session.ts'
import { createKeyedHash } from '../infrastructure/keyed-hash.ts'
import { createRefreshTokens } from '../infrastructure/refresh-tokens.ts'

const device = { device: 'browser', address: '192.0.2.1' }
const start = '2026-11-20T10:00:00Z'
const open = (clock: FixedClock, id = '019a0000-0000-7000-8000-000000000001') =>
  Session.open({ id, userId: 'ann', seed: new Uint8Array(32).fill(7), ...device }, clock.now())

const day = 24 * 60 * 60 * 1000

describe('a session', () => {
  it('goes on with the newest token, and tells where it was used last', () => {
    const clock = new FixedClock(start)
    const session = open(clock)
    clock.advance(29 * day)
    expect(session.refresh(1, { device: 'phone', address: '192.0.2.2' }, clock.now())).toBe('rotated')
    expect(session).toMatchObject({ generation: 2, device: 'phone', address: '192.0.2.2', lastUsedAt: clock.now() })
    clock.advance(29 * day)
    expect(session.refresh(2, device, clock.now())).toBe('rotated')
  })

  it('expires thirty days after its last use', () => {
    const clock = new FixedClock(start)
    const session = open(clock)
    clock.advance(30 * day)
    expect(session.isLive(clock.now())).toBe(false)
    expect(() => session.refresh(1, device, clock.now())).toThrow('expired')
  })

  it('takes the token before the newest within the grace for a repeat, and after it for a thief', () => {
    const clock = new FixedClock(start)
    const session = open(clock)
    session.refresh(1, device, clock.now())
    clock.advance(repeatGraceMs)
    expect(session.refresh(1, device, clock.now())).toBe('repeated')
    clock.advance(1)
    expect(session.refresh(1, device, clock.now())).toBe('reused')
  })

  it('takes it for a repeat wherever it comes from, but not from another client', () => {
    const clock = new FixedClock(start)
    const session = open(clock)
    session.refresh(1, device, clock.now())
    expect(session.refresh(1, { ...device, address: '192.0.2.2' }, clock.now())).toBe('repeated')
    expect(session.refresh(1, { ...device, device: 'curl' }, clock.now())).toBe('reused')
  })

  it('ends once, with its reason', () => {
    const clock = new FixedClock(start)
    const session = open(clock)
    session.end(SessionRevocationReason.LOGOUT, clock.now())
    session.end(SessionRevocationReason.REVOKED, clock.now())
    expect(recordedEvents(session).map(({ message }) => message)).toMatchObject([
      { sessionId: session.id, userId: 'ann', reason: SessionRevocationReason.LOGOUT },
    ])
    expect(() => session.refresh(1, device, clock.now())).toThrow('ended')
  })
})

// A client that holds some of the tokens that ever were, honest or not, and presents them in any order at any pace.
const step = fc.oneof(
  fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 2 * repeatGraceMs }) }),
  fc.record({
    do: fc.constant('present' as const),
    age: fc.nat({ max: 4 }),
    // Mostly the same one.
    client: fc.constantFrom('browser', 'browser', 'browser', 'curl'),
  }),
)

describe('the tokens of a session', () => {
  const tokens = createRefreshTokens(createKeyedHash(new Uint8Array(32).fill(1)))

  it('are one live chain at most, whoever presents which of them when', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const clock = new FixedClock(start)
        const session = open(clock)
        const given = [tokens.of(session)]
        let wasReused = false
        for (const action of steps) {
          if (action.do === 'wait') {
            clock.advance(action.ms)
            continue
          }
          const token = given[Math.max(0, given.length - 1 - action.age)] as string
          const claim = tokens.read(token)
          if (!claim) throw new Error('our own token is not readable')
          expect(tokens.isGenuine(claim, session)).toBe(true)
          if (wasReused) {
            expect(session.isLive(clock.now())).toBe(false)
            continue
          }
          const isNewest = claim.generation === given.length
          const isSameClient = action.client === session.device
          const outcome = session.refresh(claim.generation, { ...device, device: action.client }, clock.now())
          if (!isNewest && !isSameClient) expect(outcome).toBe('reused')
          if (isNewest) expect(outcome).toBe('rotated')
          if (claim.generation < given.length - 1) expect(outcome).toBe('reused')
          if (outcome === 'reused') {
            wasReused = true
            session.end(SessionRevocationReason.REUSE_DETECTED, clock.now())
            continue
          }
          // What is given is the newest: either a new one, or the very same again.
          const answer = tokens.of(session)
          if (outcome === 'repeated') expect(answer).toBe(given.at(-1))
          else given.push(answer)
        }
        // Of all tokens that were ever given, none but the newest would be rotated.
        expect(session.generation).toBe(given.length)
        expect(new Set(given).size).toBe(given.length)
      }),
      { numRuns: 500 },
    )
  })

  it('cannot be altered, or carried to another session, seed or master key', () => {
    const clock = new FixedClock(start)
    const session = open(clock)
    const token = tokens.of(session)
    const claim = tokens.read(token)
    if (!claim) throw new Error('our own token is not readable')
    const other = open(clock, '019a0000-0000-7000-8000-000000000002')
    expect(tokens.isGenuine(claim, session)).toBe(true)
    expect(tokens.isGenuine(claim, other)).toBe(false)
    expect(tokens.isGenuine({ ...claim, generation: 2 }, Object.assign(session, { generation: 2 }))).toBe(false)
    const elsewhere = createRefreshTokens(createKeyedHash(new Uint8Array(32).fill(2)))
    expect(elsewhere.isGenuine(claim, session)).toBe(false)
    const reseeded = Session.open({ id: session.id, userId: 'ann', seed: new Uint8Array(32), ...device }, clock.now())
    expect(tokens.isGenuine(claim, reseeded)).toBe(false)
    fc.assert(fc.property(fc.string({ maxLength: 100 }), (text) => tokens.read(text) === undefined))
    expect(token).toHaveLength(70)
  })
})
