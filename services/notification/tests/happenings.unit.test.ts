import { create, type DescMessage, type MessageInitShape } from '@bufbuild/protobuf'
import { describe, expect, it } from 'vitest'
import {
  ReservationCancelledSchema,
  ReservationConfirmedSchema,
  ReservationExpiredSchema,
  ReservationRefundedSchema,
} from '#gen/troupe/booking/v1/booking_events_pb.ts'
import { CancelReason } from '#gen/troupe/booking/v1/reservation_pb.ts'
import {
  ApiKeyCreatedSchema,
  ApiKeyRevocationReason,
  ApiKeyRevokedSchema,
  OAuthProviderLinkedSchema,
  OAuthProviderUnlinkedSchema,
  PasswordChangedSchema,
  RecoveryCodeUsedSchema,
  TotpDisabledSchema,
  TotpEnabledSchema,
} from '#gen/troupe/identity/v1/identity_events_pb.ts'
import { WaitingListOfferedSchema } from '#gen/troupe/inventory/v1/inventory_events_pb.ts'
import { InvoicePurpose } from '#gen/troupe/subscription/v1/invoice_pb.ts'
import { PaymentProcessedSchema, PaymentStatus } from '#gen/troupe/subscription/v1/subscription_events_pb.ts'
import { shippedLocales } from '../domain/locale.ts'
import { compileTemplate } from '../infrastructure/templates/compile.ts'
import { readShipped } from '../infrastructure/templates/shipped.ts'
import { happeningOf } from '../presentation/happenings.ts'

const occurredAt = new Date('2026-11-20T22:05:00Z')
const shipped = readShipped()

const told = <Schema extends DescMessage>(schema: Schema, event: MessageInitShape<Schema>) =>
  happeningOf(create(schema, event), { id: 'e1', occurredAt })

const userId = 'u1'
const changes = [
  ['password', told(PasswordChangedSchema, { userId }), {}],
  ['keys_ended', told(PasswordChangedSchema, { userId, apiKeysRevoked: 17 }), { keys: 17 }],
  ['app_added', told(TotpEnabledSchema, { userId }), {}],
  ['app_removed', told(TotpDisabledSchema, { userId }), {}],
  ['recovery_code', told(RecoveryCodeUsedSchema, { userId, codesLeft: 7 }), { left: 7 }],
  ['key_created', told(ApiKeyCreatedSchema, { userId, name: 'ci' }), { key: 'ci' }],
  ['key_revoked', told(ApiKeyRevokedSchema, { userId, name: 'ci' }), { key: 'ci' }],
  ['provider_linked', told(OAuthProviderLinkedSchema, { userId, provider: 'google' }), { provider: 'Google' }],
  ['provider_unlinked', told(OAuthProviderUnlinkedSchema, { userId, provider: 'acme' }), { provider: 'acme' }],
] as const

describe('what lets somebody into an account', () => {
  it.each(changes)('is told of when it changes, with what and when: %s', (change, happening, more) => {
    expect(happening).toEqual({
      eventId: 'e1',
      eventType: expect.stringMatching(/^troupe\.identity\.v1\./),
      kind: 'security_changed',
      to: userId,
      data: { path: '/reset-password', change, happened: { at: occurredAt.toISOString() }, ...more },
    })
  })

  it('is told of by events from before that do not name a key', () => {
    expect(told(ApiKeyRevokedSchema, { userId })?.data).toMatchObject({ key: '—' })
  })

  it.each(shippedLocales)('is told of in %s, each change in its own words, and when it was there', async (locale) => {
    const template = compileTemplate(shipped.get('security_changed')?.get(locale) ?? '', locale, locale)
    const when = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'Europe/Vienna' })
    const words = new Set<string>()
    for (const [, happening] of changes) {
      const data = { ...happening?.data, happened: occurredAt, name: 'Ann', url: 'https://app.example/x' } as never
      const mail = await template.render(data, 'Europe/Vienna', undefined)
      words.add(mail.subject)
      expect(mail.short).toContain(when.format(occurredAt))
      expect(mail.text).toContain(when.format(occurredAt))
      expect(mail.text).toMatch(/23:05|11:05/)
      expect(mail.text).toContain('https://app.example/x')
      const { key, provider, left, keys } = (happening?.data ?? {}) as Record<string, unknown>
      for (const value of [key, provider, left, keys])
        if (value !== undefined) expect(mail.text).toContain(String(value))
    }
    // What tells of a password has one subject, whether keys ended with it or not.
    expect(words.size).toBe(changes.length - 1)
  })

  it('is told of once where many keys end with a password', () => {
    const reason = ApiKeyRevocationReason.PASSWORD_CHANGED
    expect(told(ApiKeyRevokedSchema, { userId, name: 'ci', reason })).toBeUndefined()
    const own = ApiKeyRevocationReason.REVOKED
    expect(told(ApiKeyRevokedSchema, { userId, name: 'ci', reason: own })?.data).toMatchObject({
      change: 'key_revoked',
    })
  })

  it.each(shippedLocales)('is told of in %s, also when it is one recovery code or key, or no code', (locale) => {
    const source = shipped.get('security_changed')?.get(locale) ?? ''
    const [, body = ''] = /<mj-text>(\{change.*)<\/mj-text>/.exec(source) ?? []
    const template = compileTemplate(`subject: S\ntitle: T\nshort: ${body}\n---\n<mj-text>x</mj-text>`, locale, locale)
    const says = (change: string, values: object) => template.brief({ change, ...values }, 'UTC').short
    const recovered = [0, 1, 2, 3].map((left) => says('recovery_code', { left }))
    const ended = [1, 2, 3].map((keys) => says('keys_ended', { keys }))
    expect(new Set([...recovered, ...ended]).size).toBe(7)
    for (const each of [...recovered.slice(0, 2), ...ended.slice(0, 1)]) expect(each).not.toMatch(/\d/)
  })
})

describe('a payment', () => {
  const amount = { minorUnits: 999n, currency: 'EUR' }
  const paid = { userId, amount, status: PaymentStatus.SUCCEEDED, invoiceNumber: '2026-000042' }
  type Over = Partial<Omit<typeof paid, 'status'> & { status: PaymentStatus; purpose: InvoicePurpose }>
  const pay = (over: Over = {}) => told(PaymentProcessedSchema, { ...paid, ...over })

  it('that came about is told of, with what it was for and by which invoice', () => {
    const data = { path: '/subscription', state: 'renewal', invoice: '2026-000042' }
    const happening = {
      kind: 'payment_received',
      to: userId,
      data: { ...data, amount: { ...amount, minorUnits: 999 } },
    }
    expect(pay({ purpose: InvoicePurpose.RENEWAL })).toMatchObject(happening)
    expect(pay({ purpose: InvoicePurpose.UPGRADE })?.data).toMatchObject({ state: 'upgrade' })
    expect(pay({ invoiceNumber: '' })?.data).toMatchObject({ invoice: 'none' })
  })

  it('that credit alone made is not told of, nor one of unknown outcome', () => {
    expect(pay({ amount: { minorUnits: 0n, currency: 'EUR' } })).toBeUndefined()
    expect(pay({ status: PaymentStatus.UNSPECIFIED })).toBeUndefined()
    expect(pay({ status: PaymentStatus.FAILED })).toMatchObject({ kind: 'payment_failed' })
  })

  it.each(shippedLocales)('that came about is told of in %s, whether or not its invoice is known', (locale) => {
    const template = compileTemplate(shipped.get('payment_received')?.get(locale) ?? '', locale, locale)
    const says = (state: string, invoice: string) =>
      template.brief({ state, invoice, amount: '9,99 €', name: 'Ann', url: 'https://app.example/x' }, 'UTC')
    for (const state of ['renewal', 'upgrade']) {
      expect(says(state, '2026-000042').title).toContain('9,99 €')
      expect(says(state, '2026-000042').short).toContain('2026-000042')
      expect(says(state, 'none').short).not.toMatch(/none|\d/)
    }
    expect(says('renewal', 'none').short).not.toBe(says('upgrade', 'none').short)
  })
})

describe('tickets that are held for somebody who waited', () => {
  const expiresAt = { seconds: BigInt(Date.parse('2026-11-20T22:35:00Z') / 1000) }
  const offered = { entryId: 'w1', eventId: 'v1', userId, ticketTypeName: 'Stalls', quantity: 2, expiresAt }

  it.each([
    [2, 'whole'],
    [3, 'part'],
  ])('are told of at once, with how many of %s they are: %s', (partySize, extent) => {
    expect(told(WaitingListOfferedSchema, { ...offered, partySize })).toEqual({
      eventId: 'e1',
      eventType: 'troupe.inventory.v1.WaitingListOffered',
      kind: 'tickets_offered',
      to: userId,
      data: {
        path: '/waiting-list/w1',
        type: 'Stalls',
        count: 2,
        extent,
        expires: { at: '2026-11-20T22:35:00.000Z' },
      },
    })
  })
})

describe('a reservation', () => {
  const startsAt = { seconds: BigInt(Date.parse('2041-07-01T18:00:00Z') / 1000) }
  const event = { title: 'The wood', startsAt, timeZone: 'Europe/Vienna' }
  const booked = { reservationId: 'r1', eventId: 'v1', userId, ticketCount: 2, event }
  const starts = { at: '2041-07-01T18:00:00.000Z', zone: 'Europe/Vienna' }
  const data = { path: '/reservations/r1', count: 2, about: 'event', title: 'The wood', starts }
  const refund = { minorUnits: 5000n, currency: 'EUR' }
  const amount = { ...refund, minorUnits: 5000 }
  const { EVENT_CANCELLED, BUYER, ACCOUNT_DELETED, REFUNDED } = CancelReason
  const off = { ...booked, reason: EVENT_CANCELLED }

  it.each([
    ['reservation_confirmed', told(ReservationConfirmedSchema, booked), {}],
    ['reservation_expired', told(ReservationExpiredSchema, booked), { refund: 'none' }],
    ['reservation_expired', told(ReservationExpiredSchema, { ...booked, refund }), { refund: 'some', amount }],
    ['event_cancelled', told(ReservationCancelledSchema, off), { words: 'none', refund: 'none' }],
    [
      'event_cancelled',
      told(ReservationCancelledSchema, { ...off, refund, eventCancelReason: 'The fox is ill.' }),
      { words: 'some', reason: 'The fox is ill.', refund: 'some', amount },
    ],
    ['reservation_refunded', told(ReservationRefundedSchema, { ...booked, amount: refund }), { amount }],
  ])('is told of with what its event is, and what goes back: %s', (kind, happening, more) => {
    expect(happening).toEqual({
      eventId: 'e1',
      eventType: expect.stringMatching(/^troupe\.booking\.v1\./),
      kind,
      to: userId,
      data: { ...data, ...more },
    })
  })

  it('that its buyer gave back, or that an operator ended, is not told of as an event that is off', () => {
    for (const reason of [BUYER, ACCOUNT_DELETED, REFUNDED])
      expect(told(ReservationCancelledSchema, { ...booked, reason })).toBeUndefined()
  })

  const { event: _, ticketCount: __, ...before } = booked
  const ofOld = [
    told(ReservationConfirmedSchema, before),
    told(ReservationExpiredSchema, before),
    told(ReservationCancelledSchema, { ...before, reason: EVENT_CANCELLED }),
    told(ReservationRefundedSchema, { ...before, amount: refund }),
  ]

  it.each(shippedLocales)('is told of in %s also where its event is not known, and by events from before', (locale) => {
    for (const happening of ofOld) {
      expect(happening?.data).not.toHaveProperty('title')
      const source = shipped.get(happening?.kind ?? '')?.get(locale) ?? ''
      const values = { ...happening?.data, amount: '50 €', name: 'Ann', url: 'https://app.example/x' } as never
      const { title, short } = compileTemplate(source, locale, locale).brief(values, 'UTC')
      for (const part of [title, short]) expect(part).not.toMatch(/undefined|[{}]|\b0\b/)
    }
  })

  it.each(shippedLocales)(
    'is told of in %s with how many tickets, what goes back, and an organiser’s words',
    async (locale) => {
      const mailOf = (kind: string, values: object) =>
        compileTemplate(shipped.get(kind)?.get(locale) ?? '', locale, locale).render(
          { ...data, starts: 'MOMENT', amount: '50 €', name: 'Ann', url: 'https://app.example/x', ...values } as never,
          'UTC',
          undefined,
        )
      const confirmed = await Promise.all([1, 2, 7].map((count) => mailOf('reservation_confirmed', { count })))
      expect(new Set(confirmed.map(({ subject }) => subject)).size).toBe(3)
      for (const { subject, short, text } of confirmed) {
        expect([subject.includes('The wood'), short.includes('MOMENT'), text.includes('MOMENT')]).toEqual([
          true,
          true,
          true,
        ])
      }
      for (const kind of ['reservation_expired', 'event_cancelled']) {
        const words = { words: 'some', reason: 'The fox is ill.' }
        expect((await mailOf(kind, { ...words, refund: 'some' })).text).toContain('50 €')
        const free = await mailOf(kind, { words: 'none', refund: 'none' })
        expect(free.text).not.toContain('50 €')
        expect(free.short).not.toContain('50 €')
        expect(free.subject).toContain('The wood')
      }
      const off = await mailOf('event_cancelled', { words: 'some', reason: 'The fox is ill.', refund: 'none' })
      expect(off.text).toContain('The fox is ill.')
      expect(off.text).toContain('MOMENT')
    },
  )
})
