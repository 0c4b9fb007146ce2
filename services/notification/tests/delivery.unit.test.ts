import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { recordedEvents } from '#shared/domain/aggregate.ts'
import { Campaign } from '../domain/campaign.ts'
import { Delivery } from '../domain/delivery.ts'
import { closestOf, fallbackChain } from '../domain/locale.ts'
import type { Channel, DeliveryReport } from '../domain/ports.ts'

const now = new Date('2026-11-20T10:00:00Z')

const request = (channel: Channel) =>
  Delivery.request(
    {
      id: 'd',
      sourceEventId: 'e',
      recipientId: 'r',
      channel,
      kind: 'welcome',
      template: 'welcome',
      campaignId: undefined,
      data: {},
      aboutId: undefined,
      dueAt: now,
      digestId: undefined,
    },
    now,
  )

const namesOf = (delivery: Delivery) =>
  recordedEvents(delivery).map(({ message }) => message.$typeName.replace('troupe.notification.v1.Notification', ''))

type Step = (delivery: Delivery) => void
const report = (kind: DeliveryReport['kind']): [string, Step] => [
  kind,
  (delivery) => delivery.report({ providerId: 'p', kind, at: now, detail: 'so' }),
]
const steps: readonly [string, Step][] = [
  ['sent', (delivery) => delivery.sent({ provider: 'x', providerId: 'p', madeFrom: 'm' }, now)],
  ['again', (delivery) => delivery.again('busy', 3)],
  ['hold', (delivery) => delivery.hold('401')],
  ['fail', (delivery) => delivery.fail('REFUSED')],
  ['bounce', (delivery) => delivery.bounce(true, 'gone')],
  ['postpone', (delivery) => delivery.postpone(now)],
  ...(['delivered', 'bounced', 'soft_bounced', 'opened', 'clicked', 'complained'] as const).map(report),
]

describe('a delivery', () => {
  it('ends in one way, tells each thing once, and in an order that makes sense, whatever comes', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...steps), { maxLength: 20 }), (some) => {
        const delivery = request('email')
        const seen = [delivery.state.status]
        for (const [, step] of some) {
          step(delivery)
          if (seen.at(-1) !== delivery.state.status) seen.push(delivery.state.status)
        }
        expect(seen.join(' ')).toMatch(/^PENDING( (FAILED|BOUNCED|SENT( DELIVERED)?( BOUNCED)?))?$/)
        const names = namesOf(delivery)
        expect(new Set(names).size).toBe(names.length)
        expect(names[0]).toBe('Requested')
        if (names.includes('Delivered')) expect(names).toContain('Sent')
        expect(names.includes('Failed') && names.includes('Bounced')).toBe(false)
        expect(names.includes('Sent')).toBe(delivery.state.sentAt !== undefined)
      }),
    )
  })

  it('inside the platform is there as soon as it is made', () => {
    const delivery = request('in_app')
    expect(delivery.state).toMatchObject({ status: 'DELIVERED', deliveredAt: now })
    expect(namesOf(delivery)).toEqual(['Requested', 'Delivered'])
  })

  it('is opened when it is read, once', () => {
    const delivery = request('in_app')
    const later = new Date(now.getTime() + 1000)
    for (const at of [now, later]) delivery.read(at)
    expect(delivery.state).toMatchObject({ status: 'DELIVERED', readAt: now, openedAt: now })
    expect(namesOf(delivery)).toEqual(['Requested', 'Delivered', 'Opened'])
  })
})

describe('a delivery that waits', () => {
  it('counts tries apart from what held it up, and may be handed over again', () => {
    const delivery = request('email')
    delivery.state.handedOver = true
    for (let times = 0; times < 50; times += 1) delivery.hold('401')
    expect(delivery.state).toMatchObject({ status: 'PENDING', attempts: 0, setbacks: 50, handedOver: false })
    delivery.again('503', 2)
    expect(delivery.state).toMatchObject({ status: 'PENDING', attempts: 1, setbacks: 0, failure: '503' })
    delivery.again('503', 2)
    expect(delivery.state).toMatchObject({ status: 'FAILED', failure: 'TRIED_TOO_OFTEN: 503' })
  })
})

describe('a language', () => {
  it('falls back part by part, and to English in the end', () => {
    expect(fallbackChain('de-AT')).toEqual(['de-AT', 'de', 'en'])
    expect(fallbackChain('zh-Hant-TW')).toEqual(['zh-Hant-TW', 'zh-Hant', 'zh', 'en'])
    expect(fallbackChain('en-GB')).toEqual(['en-GB', 'en'])
    expect(closestOf('de-at', ['en', 'de', 'de-AT'])).toBe('de-AT')
    expect(closestOf('de-CH', ['en', 'de', 'de-AT'])).toBe('de')
    expect(closestOf('sw', ['en', 'de'])).toBe('en')
    expect(closestOf('sw', ['de'])).toBeUndefined()
  })
})

describe('a campaign', () => {
  const draft = (audience: Campaign['audience']) =>
    Campaign.draft({ id: 'c', name: 'n', template: 't', channels: ['email'], audience, data: {} }, now)
  const reasonOf = (run: () => void) => {
    try {
      run()
      return ''
    } catch (error) {
      return (error as { reason: string }).reason
    }
  }

  it('goes from draft to sending to an end, and nowhere else', () => {
    const acts = { send: 'send', cancel: 'cancel', complete: 'complete' } as const
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...Object.values(acts)), { maxLength: 8 }), (some) => {
        const campaign = draft({ kind: 'everyone' })
        const seen: string[] = [campaign.status]
        for (const act of some) {
          reasonOf(() => campaign[act](now))
          if (seen.at(-1) !== campaign.status) seen.push(campaign.status)
        }
        expect(seen.join(' ')).toMatch(/^DRAFT( SENDING)?( SENT| CANCELLED)?$/)
        expect(campaign.endedAt !== undefined).toBe(['SENT', 'CANCELLED'].includes(campaign.status))
      }),
    )
  })

  it('waits for its events until it is cancelled', () => {
    const campaign = draft({ kind: 'event', type: 'troupe.story.v1.StoryPublished' })
    campaign.send(now)
    expect(campaign.awaits).toBe('troupe.story.v1.StoryPublished')
    expect(reasonOf(() => campaign.send(now))).toBe('CAMPAIGN_NOT_DRAFT')
    campaign.cancel(now)
    expect(campaign.awaits).toBeUndefined()
    expect(reasonOf(() => campaign.cancel(now))).toBe('CAMPAIGN_ENDED')
  })
})
