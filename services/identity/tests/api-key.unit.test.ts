import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { recordedEvents } from '#shared/domain/aggregate.ts'
import { FixedClock } from '#shared/domain/clock.ts'
import { DomainError } from '#shared/domain/errors.ts'
import { ApiKey, isUseNews, mostLiveKeys, type NewApiKey } from '../domain/api-key.ts'

const start = '2026-11-20T10:00:00Z'
const now = new Date(start)
const day = 24 * 60 * 60_000
const later = (ms: number) => new Date(now.getTime() + ms)
const base: NewApiKey = {
  id: 'k1',
  userId: 'ann',
  name: 'ci',
  scopes: ['read'],
  prefix: 'trp_00000000',
  hash: new Uint8Array(32),
}
const make = (over: Partial<NewApiKey> = {}, present: ApiKey[] = []) =>
  ApiKey.create({ ...base, ...over }, present, now)
const refused = (reason: string) => expect.objectContaining({ reason })

describe('an API key', () => {
  it('has a name of 1–80 characters', () => {
    expect(make({ name: '  nightly build ' }).name).toBe('nightly build')
    expect(make({ name: '🎭'.repeat(80) }).name).toHaveLength(160)
    for (const name of ['', ' \t', 'x'.repeat(81)]) expect(() => make({ name })).toThrow(refused('INVALID_NAME'))
  })

  it('has each of its scopes once, and at least one', () => {
    expect(make({ scopes: ['write', 'read', 'write'] }).scopes).toEqual(['read', 'write'])
    for (const scopes of [[], ['everything'], ['read', '']]) {
      expect(() => make({ scopes })).toThrow(refused('INVALID_SCOPES'))
    }
  })

  it('ends after 90 days unless it says when, within 366 days', () => {
    expect(make().expiresAt).toEqual(later(90 * day))
    expect(make({ expiresAt: later(1) }).expiresAt).toEqual(later(1))
    expect(make({ expiresAt: later(366 * day) }).isLive(later(366 * day - 1))).toBe(true)
    expect(make({ expiresAt: later(366 * day) }).isLive(later(366 * day))).toBe(false)
    for (const expiresAt of [now, later(-1), later(366 * day + 1), new Date(Number.NaN)]) {
      expect(() => make({ expiresAt })).toThrow(refused('INVALID_EXPIRY'))
    }
  })

  it('tells that it was made and revoked, once, and nothing that would open anything', () => {
    const key = make({ scopes: ['write'] })
    key.revoke(now)
    key.revoke(later(1))
    const events = recordedEvents(key).map(({ message }) => message)
    const said = { userId: 'ann', apiKeyId: 'k1', name: key.name }
    expect(events).toMatchObject([{ ...said, scopes: ['write'] }, said])
    expect(events.flatMap((event) => Object.keys(event)).sort()).toEqual(
      ['$typeName', 'userId', 'apiKeyId', 'scopes', 'expiresAt', 'name']
        .concat('$typeName', 'userId', 'apiKeyId', 'name', 'reason')
        .sort(),
    )
    const expired = make({ expiresAt: later(1) })
    expired.revoke(later(1))
    expect(recordedEvents(expired)).toHaveLength(1)
  })

  it('is noted to be used when the last use is a minute ago', () => {
    expect(isUseNews(undefined, now)).toBe(true)
    expect(isUseNews(now, later(59_999))).toBe(false)
    expect(isUseNews(now, later(60_000))).toBe(true)
  })
})

const step = fc.oneof(
  fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 20 * day }) }),
  fc.record({ do: fc.constant('make' as const), name: fc.nat({ max: 30 }), days: fc.integer({ min: 1, max: 366 }) }),
  fc.record({ do: fc.constant('revoke' as const), which: fc.nat() }),
)

it('a user’s live keys are twenty at most, of different names, each in a place of its own, whatever happens', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const clock = new FixedClock(start)
      const keys: ApiKey[] = []
      for (const action of steps) {
        const time = clock.now()
        const live = keys.filter((key) => key.isLive(time))
        if (action.do === 'wait') clock.advance(action.ms)
        else if (action.do === 'revoke') keys[action.which % (keys.length || 1)]?.revoke(time)
        else {
          const name = `key ${action.name}`
          const expiresAt = new Date(time.getTime() + action.days * day)
          const isAllowed = live.length < mostLiveKeys && live.every((key) => key.name !== name)
          const create = () => ApiKey.create({ ...base, id: `k${keys.length}`, name, expiresAt }, keys, time)
          if (isAllowed) keys.push(create())
          else expect(create).toThrow(DomainError)
        }
        const standing = keys.filter((key) => key.isLive(clock.now()))
        expect(standing.length).toBeLessThanOrEqual(mostLiveKeys)
        expect(new Set(standing.map((key) => key.name)).size).toBe(standing.length)
        const places = standing.map((key) => key.place)
        expect(new Set(places).size).toBe(standing.length)
        expect(places.every((place) => place !== undefined && place >= 1 && place <= mostLiveKeys)).toBe(true)
      }
    }),
    { numRuns: 300 },
  )
})
