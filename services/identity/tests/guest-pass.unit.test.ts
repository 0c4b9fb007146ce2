import fc from 'fast-check'
import { expect, it } from 'vitest'
import { DomainError } from '#shared/domain/errors.ts'
import { guestPassOf } from '../domain/guest-pass.ts'

const dayMs = 24 * 60 * 60_000
const init = { guestId: 'g1', displayName: ' Gus ', resource: { type: 'probe', id: 'p1' } }

it('a guest’s pass ends within what was asked for, and within a day', () => {
  const time = fc.integer({ min: Date.UTC(2026), max: Date.UTC(2100) })
  const lifetime = fc.integer({ min: -dayMs, max: 3 * dayMs })
  fc.assert(
    fc.property(time, lifetime, (at, lifetimeMs) => {
      const make = () => guestPassOf({ ...init, lifetimeMs }, new Date(at))
      if (lifetimeMs < 1000 || lifetimeMs > dayMs) {
        expect(make).toThrow(DomainError)
        return
      }
      const { expiresAt, displayName } = make()
      const lasts = expiresAt.getTime() - at
      expect(displayName).toBe('Gus')
      expect(lasts).toBeLessThanOrEqual(lifetimeMs)
      expect(lasts).toBeGreaterThan(lifetimeMs - 1000)
      expect(lasts).toBeGreaterThan(0)
    }),
  )
})
