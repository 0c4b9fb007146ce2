import { describe, expect, it } from 'vitest'
import {
  CancellationRequestedSchema,
  PaymentRequestedSchema,
  ReservationCreatedSchema,
} from '#gen/troupe/booking/v1/booking_events_pb.ts'
import { BookingService } from '#gen/troupe/booking/v1/booking_service_pb.ts'
import { CancelReason, ReservationPaymentStatus } from '#gen/troupe/booking/v1/reservation_pb.ts'
import { ReleaseReason } from '#gen/troupe/inventory/v1/hold_pb.ts'
import { TicketsReleasedSchema } from '#gen/troupe/inventory/v1/inventory_events_pb.ts'
import { InventoryService } from '#gen/troupe/inventory/v1/inventory_service_pb.ts'
import {
  PaymentActionRequiredSchema,
  PaymentBecameUnknownSchema,
  PaymentCancelledSchema,
  PaymentFailedSchema,
  PaymentSucceededSchema,
  RefundFailedSchema,
  RefundProcessedSchema,
} from '#gen/troupe/payment/v1/payment_events_pb.ts'
import { PaymentPurpose, PaymentStatus, RefundStatus } from '#gen/troupe/payment/v1/payment_pb.ts'
import { PaymentService } from '#gen/troupe/payment/v1/payment_service_pb.ts'
import { command, end, type ProcessOutput, timer } from '#shared/application/process-output.ts'
import { timestamp } from '#shared/domain/timestamp.ts'
import { answer, due, eachPair, event, expired, type PairTable, refused, testTime } from '../../shared/tests/given.ts'
import { bookingProcess } from '../application/booking.process.ts'

const { notePayment, confirmReservation, closeReservation } = BookingService.method
const { commitTickets, releaseTickets } = InventoryService.method
const { initiatePayment, cancelPayment, refundPayment } = PaymentService.method

const [reservationId, userId, eventId] = ['r1', 'u1', 'e1']
const purpose = { kind: PaymentPurpose.RESERVATION, id: reservationId }
const small = { minorUnits: 100n, currency: 'EUR' }
const price = { minorUnits: 2500n, currency: 'EUR' }
const inMinutes = (minutes: number) => new Date(testTime.getTime() + minutes * 60_000)
const of = { reservationId, userId, eventId, expiresAt: timestamp(inMinutes(10)) }

const requested = (paymentId: string) =>
  event(PaymentRequestedSchema, { reservationId, paymentId, paymentMethodId: `m-${paymentId}` })
const paid = (attempt: number, status: PaymentStatus, failureReason = '') =>
  answer(`pay ${attempt}`, initiatePayment, { payment: { id: `p${attempt}`, status, failureReason } })
const of1 = { paymentId: 'p1', purpose, payerId: userId }
const refundedBy = (id: string, status: RefundStatus) =>
  answer('refund', refundPayment, { payment: { refunds: [{ id, status, failureReason: 'CARD_CLOSED' }] } })

const messages = {
  created: event(ReservationCreatedSchema, { ...of, total: price }),
  'created, free': event(ReservationCreatedSchema, { ...of, total: { minorUnits: 0n, currency: 'EUR' } }),
  'payment asked for': requested('p1'),
  'another payment asked for': requested('p2'),
  'cancellation asked for': event(CancellationRequestedSchema, { reservationId, reason: CancelReason.BUYER }),
  lapsed: event(TicketsReleasedSchema, { reservationId, reason: ReleaseReason.LAPSED }),
  released: event(TicketsReleasedSchema, { reservationId, reason: ReleaseReason.RELEASED }),
  returned: event(TicketsReleasedSchema, { reservationId, reason: ReleaseReason.RETURNED }),
  'lapse due': due('lapse'),
  'payment succeeded': event(PaymentSucceededSchema, of1),
  'payment failed': event(PaymentFailedSchema, { ...of1, reason: 'CARD_DECLINED' }),
  'payment cancelled': event(PaymentCancelledSchema, of1),
  'payment needs the payer': event(PaymentActionRequiredSchema, of1),
  'payment became unknown': event(PaymentBecameUnknownSchema, of1),
  'pay: succeeded': paid(1, PaymentStatus.SUCCEEDED),
  'pay: refunded since': paid(1, PaymentStatus.REFUNDED),
  'pay: refunded in part since': paid(1, PaymentStatus.PARTIALLY_REFUNDED),
  'pay: failed': paid(1, PaymentStatus.FAILED, 'CARD_DECLINED'),
  'pay: cancelled': paid(1, PaymentStatus.CANCELLED),
  'pay: needs the payer': paid(1, PaymentStatus.REQUIRES_ACTION),
  'pay: unknown': paid(1, PaymentStatus.UNKNOWN),
  'pay: pending': paid(1, PaymentStatus.PENDING),
  'pay: no such method': refused('pay 1', initiatePayment, 'NOT_FOUND', 'PAYMENT_METHOD_NOT_FOUND'),
  'pay: under way': refused('pay 1', initiatePayment, 'FAILED_PRECONDITION', 'PAYMENT_UNDER_WAY'),
  'pay: paid before': refused('pay 1', initiatePayment, 'FAILED_PRECONDITION', 'PURPOSE_PAID'),
  'pay: refused': refused('pay 1', initiatePayment, 'INTERNAL'),
  'pay: expired': expired('pay 1', initiatePayment),
  'pay 2: failed': paid(2, PaymentStatus.FAILED, 'CARD_DECLINED'),
  declined: answer('decline', notePayment, { refundId: 'f0' }),
  'decline: refused': refused('decline', notePayment, 'INTERNAL'),
  'decline: expired': expired('decline', notePayment),
  noted: answer('note', notePayment, {}),
  'note: refused': refused('note', notePayment, 'INTERNAL'),
  'note: expired': expired('note', notePayment),
  stopped: answer('stop', cancelPayment, {}),
  'stop: succeeded': refused('stop', cancelPayment, 'FAILED_PRECONDITION', 'PAYMENT_SUCCEEDED'),
  'stop: refused': refused('stop', cancelPayment, 'INTERNAL'),
  'stop: expired': expired('stop', cancelPayment),
  committed: answer('commit', commitTickets, {}),
  'commit: gone': refused('commit', commitTickets, 'FAILED_PRECONDITION', 'TICKETS_UNAVAILABLE'),
  'commit: event off': refused('commit', commitTickets, 'FAILED_PRECONDITION', 'EVENT_CLOSED'),
  'commit: refused': refused('commit', commitTickets, 'INTERNAL'),
  'commit: expired': expired('commit', commitTickets),
  confirmed: answer('confirm', confirmReservation, { isConfirmed: true }),
  'confirm: refused': refused('confirm', confirmReservation, 'INTERNAL'),
  'confirm: expired': expired('confirm', confirmReservation),
  'tickets released': answer('release', releaseTickets, {}),
  'release: refused': refused('release', releaseTickets, 'INTERNAL'),
  'release: expired': expired('release', releaseTickets),
  closed: answer('close', closeReservation, { refundId: 'f1' }),
  'close: refused': refused('close', closeReservation, 'INTERNAL'),
  'close: expired': expired('close', closeReservation),
  'refund: done': refundedBy('f1', RefundStatus.PROCESSED),
  'refund: failed': refundedBy('f1', RefundStatus.FAILED),
  'refund: pending': refundedBy('f1', RefundStatus.PENDING),
  'refund: nothing left': refused('refund', refundPayment, 'FAILED_PRECONDITION', 'REFUND_EXCEEDS_PAYMENT'),
  'refund: refused': refused('refund', refundPayment, 'INTERNAL'),
  'refund: expired': expired('refund', refundPayment),
  'refunded in part': event(RefundProcessedSchema, { ...of1, refundId: 'f9', amount: price, refunded: small }),
  'refund processed': event(RefundProcessedSchema, { ...of1, refundId: 'f1', amount: price, refunded: price }),
  'refund failed': event(RefundFailedSchema, { ...of1, refundId: 'f1', reason: 'CARD_CLOSED' }),
  'another refund failed': event(RefundFailedSchema, { ...of1, refundId: 'f9', reason: 'CARD_CLOSED' }),
  owed: answer('owe', notePayment, { refundId: 'f2' }),
  'owe: refused': refused('owe', notePayment, 'INTERNAL'),
  'owe: expired': expired('owe', notePayment),
  settled: answer('settle', notePayment, {}),
  'settle: refused': refused('settle', notePayment, 'INTERNAL'),
  'settle: expired': expired('settle', notePayment),
} as const
type Name = keyof typeof messages
type Does = Partial<Record<Name, readonly ProcessOutput[]>>

const inAMinute = { delayMs: 60_000 }
const note = (step: string, status: ReservationPaymentStatus, reason = '', options = {}) =>
  command(step, notePayment, { reservationId, paymentId: 'p1', status, reason }, options)
const pay = (attempt = 1, options = {}) =>
  command(
    `pay ${attempt}`,
    initiatePayment,
    {
      paymentId: `p${attempt}`,
      purpose,
      payerId: userId,
      amount: price,
      paymentMethodId: `m-p${attempt}`,
      description: 'Tickets',
    },
    options,
  )
const { FAILED, REQUIRES_ACTION, UNKNOWN, REFUNDED, REFUND_FAILED, REFUND_GIVEN_UP } = ReservationPaymentStatus
const decline = (reason: string, options = {}) => note('decline', FAILED, reason, options)
const stop = (options = {}) => command('stop', cancelPayment, { paymentId: 'p1' }, options)
const commit = (options = {}) => command('commit', commitTickets, { reservationId }, options)
const confirm = (paymentId = 'p1', options = {}) =>
  command('confirm', confirmReservation, { reservationId, paymentId }, options)
const release = (options = {}) => command('release', releaseTickets, { reservationId }, options)
const close = (paymentId = '', options = {}, reason: CancelReason = CancelReason.UNSPECIFIED) =>
  command('close', closeReservation, { reservationId, paymentId, reason }, options)
const refund = (refundId: string, reason: string, options = {}) =>
  command('refund', refundPayment, { paymentId: 'p1', refundId, reason }, options)
const owe = (reason: string, options = {}) => note('owe', REFUND_FAILED, reason, options)
const giveUp = (reason: string, options = {}) => note('owe', REFUND_GIVEN_UP, reason, options)
const settle = (options = {}) => note('settle', REFUNDED, '', options)

const open: Name[] = ['created', 'payment asked for']
const bought: Name[] = [...open, 'payment succeeded']
const sold: Name[] = [...bought, 'committed', 'confirmed']
const owedMoney: Name[] = [...sold, 'cancellation asked for', 'tickets released', 'closed']
const tried = (times: number): Name[] =>
  Array.from({ length: times }, () => ['refund: refused', 'owed'] as const).flat()

/** What every state does in which a payment is open. */
const whilePaying: Does = {
  'payment succeeded': [commit()],
  'payment failed': [decline('CARD_DECLINED')],
  'payment cancelled': [decline('CANCELLED')],
  'payment needs the payer': [note('note', REQUIRES_ACTION)],
  'payment became unknown': [note('note', UNKNOWN)],
  'pay: succeeded': [commit()],
  'pay: refunded since': [commit()],
  'pay: refunded in part since': [commit()],
  'pay: failed': [decline('CARD_DECLINED')],
  'pay: cancelled': [decline('CANCELLED')],
  'pay: needs the payer': [note('note', REQUIRES_ACTION), pay(1, inAMinute)],
  'pay: unknown': [note('note', UNKNOWN), pay(1, inAMinute)],
  'pay: pending': [pay(1, inAMinute)],
  'pay: no such method': [decline('PAYMENT_METHOD_NOT_FOUND')],
  'pay: under way': [pay(1, inAMinute)],
  'pay: paid before': [pay(1, inAMinute)],
  'pay: refused': [pay(1, inAMinute)],
  'pay: expired': [pay()],
  'cancellation asked for': [stop()],
  lapsed: [stop()],
  'lapse due': [stop()],
}
const whileStopping = (money: ProcessOutput): Does => ({
  stopped: [release()],
  'stop: succeeded': [money],
  'stop: refused': [stop(inAMinute)],
  'stop: expired': [stop()],
  'payment succeeded': [money],
  'payment failed': [release()],
  'payment cancelled': [release()],
})
const whileCommitting = (next: ProcessOutput): Does => ({
  committed: [next],
  'commit: gone': [release()],
  'commit: event off': [release()],
  'commit: refused': [commit(inAMinute)],
  'commit: expired': [commit()],
})
const whileReleasing = (paymentId = '', reason: CancelReason = CancelReason.UNSPECIFIED): Does => ({
  'tickets released': [close(paymentId, {}, reason)],
  'release: refused': [release(inAMinute)],
  'release: expired': [release()],
})
const whileClosing = (
  paymentId: string,
  then: readonly ProcessOutput[],
  reason: CancelReason = CancelReason.UNSPECIFIED,
): Does => ({
  closed: then,
  'close: refused': [close(paymentId, inAMinute, reason)],
  'close: expired': [close(paymentId, {}, reason)],
})
const whileDeclining = (next: readonly ProcessOutput[]): Does => ({
  declined: next,
  'decline: refused': [decline('CARD_DECLINED', inAMinute)],
  'decline: expired': [decline('CARD_DECLINED')],
})
const noted: Does = { 'cancellation asked for': [], 'payment succeeded': [] }
const whileRefunding = (reason: string): Does => ({
  'refund: done': [settle()],
  'refund: failed': [owe('CARD_CLOSED')],
  'refund: nothing left': [owe('REFUND_EXCEEDS_PAYMENT')],
  'refund: refused': [owe('INTERNAL')],
  'refund: expired': [refund('f1', reason)],
  'refund processed': [settle()],
  'refund failed': [owe('CARD_CLOSED')],
})

const table: PairTable<Name> = {
  new: {
    history: [],
    at: 'new',
    does: { created: [timer('lapse', inMinutes(11))], 'created, free': [commit()] },
  },
  held: {
    history: ['created'],
    at: 'held',
    does: {
      'payment asked for': [pay()],
      'another payment asked for': [
        command('pay 1', initiatePayment, { ...(pay(2).request as object), paymentId: 'p2' } as never),
      ],
      'cancellation asked for': [release()],
      lapsed: [release()],
      'lapse due': [release()],
      'payment succeeded': [commit()],
    },
  },
  paying: { history: open, at: 'paying', does: whilePaying },
  'paying, told that it is unknown': { history: [...open, 'pay: unknown'], at: 'paying', does: whilePaying },
  declining: {
    history: [...open, 'pay: failed'],
    at: 'declining',
    does: {
      ...whileDeclining([]),
      'payment succeeded': [commit()],
      'cancellation asked for': [],
      lapsed: [],
      'lapse due': [],
    },
  },
  'declining, lapsed': {
    history: [...open, 'payment failed', 'lapsed'],
    at: 'declining',
    does: { ...whileDeclining([release()]), 'payment succeeded': [commit()], 'cancellation asked for': [] },
  },
  'declining, withdrawn': {
    history: [...open, 'payment failed', 'cancellation asked for'],
    at: 'declining',
    does: { ...whileDeclining([release()]), 'payment succeeded': [release()], lapsed: [], 'lapse due': [] },
  },
  'paying again': {
    history: [...open, 'pay: failed', 'declined', 'another payment asked for'],
    at: 'paying',
    does: {
      'pay 2: failed': [
        command('decline', notePayment, { reservationId, paymentId: 'p2', status: FAILED, reason: 'CARD_DECLINED' }),
      ],
      'payment succeeded': [commit()],
      'cancellation asked for': [command('stop', cancelPayment, { paymentId: 'p2' })],
      lapsed: [command('stop', cancelPayment, { paymentId: 'p2' })],
      'lapse due': [command('stop', cancelPayment, { paymentId: 'p2' })],
    },
  },
  'stopping, lapsed': {
    history: [...open, 'lapsed'],
    at: 'stopping',
    does: { ...whileStopping(commit()), 'cancellation asked for': [] },
  },
  'stopping, withdrawn': {
    history: [...open, 'cancellation asked for'],
    at: 'stopping',
    does: whileStopping(release()),
  },
  committing: {
    history: bought,
    at: 'committing',
    does: { 'refund processed': [], ...whileCommitting(confirm()), 'cancellation asked for': [] },
  },
  'committing late money': {
    history: [...open, 'lapsed', 'stop: succeeded'],
    at: 'committing',
    does: { 'refund processed': [], ...whileCommitting(confirm()), 'cancellation asked for': [] },
  },
  'committing, withdrawn': {
    history: [...bought, 'cancellation asked for'],
    at: 'committing',
    does: { ...whileCommitting(release()), 'refund processed': [] },
  },
  'committing what is free': {
    history: ['created, free'],
    at: 'committing',
    does: { ...whileCommitting(confirm('')), ...noted },
  },
  confirming: {
    history: [...bought, 'committed'],
    at: 'confirming',
    does: {
      'refund processed': [],
      confirmed: [],
      'confirm: refused': [confirm('p1', inAMinute)],
      'confirm: expired': [confirm()],
      'cancellation asked for': [],
    },
  },
  'confirming, withdrawn': {
    history: [...bought, 'committed', 'cancellation asked for'],
    at: 'confirming',
    does: {
      'refund processed': [],
      confirmed: [release()],
      'confirm: refused': [confirm('p1', inAMinute)],
      'confirm: expired': [confirm()],
    },
  },
  confirmed: {
    history: sold,
    at: 'confirmed',
    does: { 'cancellation asked for': [release()], 'refund processed': [release()] },
  },
  'confirming what was paid back': {
    history: [...bought, 'committed', 'refund processed'],
    at: 'confirming',
    does: {
      confirmed: [release()],
      'confirm: refused': [confirm('p1', inAMinute)],
      'confirm: expired': [confirm()],
      'cancellation asked for': [],
      'refund processed': [],
    },
  },
  'closing what was paid back': {
    history: [...sold, 'refund processed', 'tickets released'],
    at: 'closing',
    does: {
      ...whileClosing('p1', [settle()], CancelReason.REFUNDED),
      'cancellation asked for': [],
      'refund processed': [],
    },
  },
  'confirmed, free': {
    history: ['created, free', 'committed', 'confirmed'],
    at: 'confirmed',
    does: { 'cancellation asked for': [release()], 'payment succeeded': [] },
  },
  'releasing what was not paid': {
    history: ['created', 'lapsed'],
    at: 'releasing',
    does: { ...whileReleasing(), ...noted },
  },
  'releasing what was sold': {
    history: [...sold, 'cancellation asked for'],
    at: 'releasing',
    does: { ...whileReleasing('p1'), 'refund processed': [] },
  },
  'releasing what was paid back': {
    history: [...sold, 'refund processed'],
    at: 'releasing',
    does: { ...whileReleasing('p1', CancelReason.REFUNDED), 'cancellation asked for': [], 'refund processed': [] },
  },
  'releasing what is gone': {
    history: [...bought, 'commit: gone'],
    at: 'releasing',
    does: { 'refund processed': [], ...whileReleasing('p1'), 'cancellation asked for': [] },
  },
  'releasing what is off': {
    history: [...bought, 'commit: event off'],
    at: 'releasing',
    does: {
      'refund processed': [],
      ...whileReleasing('p1', CancelReason.EVENT_CANCELLED),
      'cancellation asked for': [],
    },
  },
  'closing what was not paid': {
    history: ['created', 'lapsed', 'tickets released'],
    at: 'closing',
    does: { ...whileClosing('', []), ...noted },
  },
  'closing what was paid meanwhile': {
    history: ['created', 'lapsed', 'tickets released', 'payment succeeded'],
    at: 'closing',
    does: { 'refund processed': [], ...whileClosing('p1', [close('p1')]), 'cancellation asked for': [] },
  },
  'closing what was paid': {
    history: [...sold, 'cancellation asked for', 'tickets released'],
    at: 'closing',
    does: { ...whileClosing('p1', [refund('f1', 'CANCELLED')]), 'refund processed': [] },
  },
  'closing what is gone': {
    history: [...bought, 'commit: gone', 'tickets released'],
    at: 'closing',
    does: {
      'refund processed': [],
      ...whileClosing('p1', [refund('f1', 'TICKETS_UNAVAILABLE')]),
      'cancellation asked for': [],
    },
  },
  'closing what is off': {
    history: [...bought, 'commit: event off', 'tickets released'],
    at: 'closing',
    does: {
      'refund processed': [],
      ...whileClosing('p1', [refund('f1', 'EVENT_CANCELLED')], CancelReason.EVENT_CANCELLED),
      'cancellation asked for': [],
    },
  },
  closed: {
    history: ['created', 'lapsed', 'tickets released', 'closed'],
    at: 'closed',
    does: { 'payment succeeded': [close('p1')], 'cancellation asked for': [] },
  },
  refunding: { history: owedMoney, at: 'refunding', does: whileRefunding('CANCELLED') },
  owing: {
    history: [...owedMoney, 'refund failed'],
    at: 'owing',
    does: {
      owed: [refund('f2', 'CANCELLED', { delayMs: 3_600_000 })],
      'owe: refused': [owe('CARD_CLOSED', inAMinute)],
      'owe: expired': [owe('CARD_CLOSED')],
      'refund processed': [settle()],
      'refund failed': [],
    },
  },
  'owing what was refused': {
    history: [...owedMoney, 'refund: refused'],
    at: 'owing',
    does: {
      owed: [refund('f1', 'CANCELLED', { delayMs: 3_600_000 })],
      'owe: refused': [owe('INTERNAL', inAMinute)],
      'owe: expired': [owe('INTERNAL')],
      'refund processed': [settle()],
      'refund failed': [],
    },
  },
  'owing for the fourth time': {
    history: [...owedMoney, ...tried(3), 'refund failed'],
    at: 'owing',
    does: {
      owed: [refund('f2', 'CANCELLED', { delayMs: 8 * 3_600_000 })],
      'owe: refused': [owe('CARD_CLOSED', inAMinute)],
      'owe: expired': [owe('CARD_CLOSED')],
      'refund processed': [settle()],
      'refund failed': [],
    },
  },
  'owing for the ninth time': {
    history: [...owedMoney, ...tried(8), 'refund: refused'],
    at: 'owing',
    does: {
      owed: [refund('f1', 'CANCELLED', { delayMs: 24 * 3_600_000 })],
      'owe: refused': [owe('INTERNAL', inAMinute)],
      'owe: expired': [owe('INTERNAL')],
      'refund processed': [settle()],
      'refund failed': [],
    },
  },
  'owing for the last time': {
    history: [...owedMoney, ...tried(9), 'refund: refused'],
    at: 'owing',
    does: {
      owed: [],
      'owe: refused': [giveUp('INTERNAL', inAMinute)],
      'owe: expired': [giveUp('INTERNAL')],
      'refund processed': [settle()],
      'refund failed': [],
    },
  },
  stranded: { history: [...owedMoney, ...tried(10)], at: 'stranded', does: { 'refund processed': [settle()] } },
  settling: {
    history: [...owedMoney, 'refund processed'],
    at: 'settling',
    does: { settled: [end()], 'settle: refused': [settle(inAMinute)], 'settle: expired': [settle()] },
  },
  ended: { history: [...owedMoney, 'refund processed', 'settled'], at: 'settling', does: {} },
}

describe('the booking process', () => {
  it('is found by the reservation that is held or paid for, and by nothing else', () => {
    expect(bookingProcess.correlate(messages.created)).toBe(reservationId)
    expect(bookingProcess.correlate(messages.lapsed)).toBe(reservationId)
    expect(bookingProcess.correlate(messages['payment succeeded'])).toBe(reservationId)
    const invoice = { ...of1, purpose: { kind: PaymentPurpose.INVOICE, id: 'i1' } }
    expect(bookingProcess.correlate(event(PaymentSucceededSchema, invoice))).toBeUndefined()
    expect(bookingProcess.correlate(event(PaymentCancelledSchema, { paymentId: 'p1' }))).toBeUndefined()
  })

  eachPair(bookingProcess, messages, table)
})
