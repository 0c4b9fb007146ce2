import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { recordedEvents } from '#shared/domain/aggregate.ts'
import { allChannels, digestKind, isAlwaysSent, kindNames, type Mode } from '../domain/kinds.ts'
import { isWithin, wallTime } from '../domain/local-time.ts'
import { allWishes, modeOf, noWishes, Preference } from '../domain/preference.ts'
import { outsideQuietHours, scheduleOf } from '../domain/schedule.ts'

const reasonOf = (run: () => unknown): string => {
  try {
    run()
    return ''
  } catch (error) {
    return (error as { reason: string }).reason
  }
}

const wish = fc.record({
  kind: fc.constantFrom(...kindNames),
  channel: fc.constantFrom(...allChannels),
  mode: fc.constantFrom<Mode>('off', 'immediate', 'digest'),
})

describe('a preference', () => {
  it('holds what was said last, and what was refused changes nothing', () => {
    fc.assert(
      fc.property(fc.array(wish, { maxLength: 30 }), (wishes) => {
        const preference = Preference.of('someone')
        const said = new Map<string, Mode>()
        for (const each of wishes) {
          const before = JSON.stringify(preference.modes)
          const reason = reasonOf(() => preference.change({ channels: [each] }))
          if (reason === '') said.set(`${each.kind}:${each.channel}`, each.mode)
          else expect(JSON.stringify(preference.modes)).toBe(before)
        }
        for (const { kind, channel, mode } of allWishes(preference)) {
          const expected = said.get(`${kind}:${channel}`) ?? modeOf(noWishes, kind, channel)
          expect(mode).toBe(expected)
        }
      }),
    )
  })

  it('refuses what makes no sense, by reason', () => {
    const preference = Preference.of('someone')
    const change = (kind: string, channel: (typeof allChannels)[number], mode: Mode) =>
      reasonOf(() => preference.change({ channels: [{ kind, channel, mode }] }))
    expect(change('nothing', 'email', 'off')).toBe('UNKNOWN_KIND')
    expect(change('welcome', 'sms', 'immediate')).toBe('CHANNEL_NOT_OFFERED')
    for (const kind of ['password_reset', 'security_changed', 'payment_received']) {
      expect(change(kind, 'email', 'off')).toBe('ALWAYS_SENT')
    }
    expect(change('security_changed', 'email', 'digest')).toBe('ALWAYS_SENT')
    expect(change('story_published', 'push', 'digest')).toBe('DIGEST_BY_MAIL_ONLY')
    expect(reasonOf(() => preference.change({ language: 'no language' }))).toBe('INVALID_LANGUAGE')
    expect(reasonOf(() => preference.change({ timeZone: '+01:00' }))).toBe('INVALID_TIME_ZONE')
    expect(recordedEvents(preference)).toEqual([])
  })

  it('tells others of a change, and not of none', () => {
    const preference = Preference.of('someone')
    preference.change({ language: 'de-at', timeZone: 'Europe/Vienna' })
    expect([preference.language, preference.timeZone]).toEqual(['de-AT', 'Europe/Vienna'])
    preference.change({ language: 'de-AT' })
    expect(recordedEvents(preference)).toHaveLength(1)
    preference.change({ quietHours: { startMinute: 60, endMinute: 120 } })
    preference.change({ quietHours: { startMinute: 60, endMinute: 60 } })
    expect(preference.quietHours).toBeUndefined()
  })

  it('that ended digests gets none of their kinds by mail, and all else as before', () => {
    const preference = Preference.of('someone')
    preference.change({ channels: [{ kind: 'welcome', channel: 'email', mode: 'digest' }] })
    preference.unsubscribe('digest')
    const mails = allWishes(preference).filter(({ channel }) => channel === 'email')
    expect(mails.filter(({ mode }) => mode === 'digest')).toEqual([])
    expect(modeOf(preference, 'announcement', 'email')).toBe('immediate')
    expect(modeOf(preference, 'story_published', 'in_app')).toBe('immediate')
  })
})

describe('a schedule', () => {
  const now = new Date('2026-11-20T22:30:00Z')
  const quiet = { ...noWishes, quietHours: { startMinute: 22 * 60, endMinute: 7 * 60 } }

  it('holds back mail, SMS and push in quiet hours, but neither the list inside nor mailed links', () => {
    const at = (kind: string, channel: (typeof allChannels)[number]) => scheduleOf(now, { kind, channel }, quiet, 'UTC')
    const morning = { kind: 'at', at: new Date('2026-11-21T07:00:00Z') }
    expect(at('welcome', 'email')).toEqual(morning)
    expect(at('limit_reached', 'push')).toEqual(morning)
    expect(at('welcome', 'in_app')).toEqual({ kind: 'at', at: now })
    expect(at('password_reset', 'email')).toEqual({ kind: 'at', at: now })
    expect(at('security_changed', 'email')).toEqual({ kind: 'at', at: now })
    expect(at('limit_reached', 'sms')).toEqual({ kind: 'never' })
  })

  it('has nothing but answers go out in quiet hours, also while clocks are changed', () => {
    const change = fc.constantFrom(
      ['Europe/Vienna', '2026-03-29T01:00:00Z'],
      ['Europe/Vienna', '2026-10-25T01:00:00Z'],
      ['America/New_York', '2026-03-08T07:00:00Z'],
      ['America/New_York', '2026-11-01T06:00:00Z'],
      ['Australia/Lord_Howe', '2026-04-04T15:00:00Z'],
      ['Australia/Lord_Howe', '2026-10-03T15:30:00Z'],
    )
    const about = fc.record({
      kind: fc.constantFrom(...kindNames, digestKind),
      channel: fc.constantFrom(...allChannels.filter((channel) => channel !== 'in_app')),
    })
    // Hours that hold the present or have just ended, before or after the change.
    const minutes = fc.record({
      after: fc.integer({ min: -180, max: 180 }),
      since: fc.nat(600),
      left: fc.integer({ min: -30, max: 600 }),
    })
    fc.assert(
      fc.property(change, minutes, about, ([zone = '', at = ''], { after, since, left }, one) => {
        const now = new Date(Date.parse(at) + after * 60_000)
        const shown = wallTime(now, zone).minute
        const quietHours = { startMinute: (shown - since + 1440) % 1440, endMinute: (shown + left + 1440) % 1440 }
        const goesOut = outsideQuietHours(now, one, { quietHours }, zone)
        if (isAlwaysSent(one.kind)) expect(goesOut).toEqual(now)
        else expect(isWithin(goesOut, zone, quietHours)).toBe(false)
        const length = (quietHours.endMinute - quietHours.startMinute + 1440) % 1440
        expect(goesOut.getTime() - now.getTime()).toBeLessThanOrEqual((length + 60) * 60_000)
      }),
      { numRuns: 1000 },
    )
    const early = { quietHours: { startMinute: 22 * 60, endMinute: 150 } }
    const again = new Date('2026-10-25T01:15:00Z')
    const welcome = { kind: 'welcome', channel: 'email' } as const
    // Clocks show 02:15 for the second time.
    expect(outsideQuietHours(again, welcome, early, 'Europe/Vienna')).toEqual(new Date('2026-10-25T01:30:00Z'))
  })

  it('puts what waits for a digest into the next window there', () => {
    const about = { kind: 'story_published', channel: 'email' } as const
    const weekly = { ...noWishes, digestTime: { minute: 9 * 60, weekday: 1 } }
    expect(scheduleOf(now, about, weekly, 'Europe/Vienna')).toEqual({
      kind: 'digest',
      at: new Date('2026-11-23T08:00:00Z'),
    })
  })
})
