import type { ReservationCreated } from '#gen/troupe/booking/v1/booking_events_pb.ts'
import { notFound, precondition } from '#shared/domain/errors.ts'
import { timestamp } from '#shared/domain/timestamp.ts'

export const reservationStatuses = ['PENDING', 'CONFIRMED', 'CANCELLED', 'EXPIRED'] as const
export type ReservationStatus = (typeof reservationStatuses)[number]

export const paymentStatuses = [
  'UNSPECIFIED',
  'PROCESSING',
  'REQUIRES_ACTION',
  'UNKNOWN',
  'FAILED',
  'PAID',
  'REFUNDING',
  'REFUNDED',
  'REFUND_FAILED',
  'REFUND_GIVEN_UP',
] as const
/** UNSPECIFIED: nothing was paid, or nothing is to pay. */
export type PaymentStatus = (typeof paymentStatuses)[number]

export const cancelReasons = ['BUYER', 'EVENT_CANCELLED', 'ACCOUNT_DELETED', 'REFUNDED'] as const
export type CancelReason = (typeof cancelReasons)[number]

export interface ReservationItem {
  ticketTypeId: string
  name: string
  quantity: number
  /** Of one ticket, in minor units, when it was reserved. */
  unitPrice: number
  currency: string
}

/** What is known of the event that tickets are for. */
export interface BookedEvent {
  title: string
  startsAt: Date
  /** IANA name. */
  timeZone: string
  /** Why it does not take place, in the organiser's words; empty otherwise. */
  cancelReason: string
}

export interface ReservationPayment {
  status: PaymentStatus
  /** Of the newest attempt; empty before the first. */
  id: string
  reason: string
}

/** Until how long before the start a confirmed reservation can be given back by its buyer. */
export const refundUntilMs = 24 * 60 * 60_000

/** The name of an enum's value. */
export const nameOf = <Name extends string>(names: readonly Name[], values: Record<Name, number>, value: number) =>
  names.find((name) => values[name] === value)

export const isUnderWay = (status: PaymentStatus): boolean =>
  status === 'PROCESSING' || status === 'REQUIRES_ACTION' || status === 'UNKNOWN'

const backwards: readonly PaymentStatus[] = ['REFUNDING', 'REFUND_FAILED', 'REFUND_GIVEN_UP', 'REFUNDED']

/** Whether what is known of a payment may become `next`. A refund only goes on; what was decided stays. */
export const mayFollow = (present: PaymentStatus, next: PaymentStatus): boolean => {
  const place = backwards.indexOf(next)
  return place < 0 ? isUnderWay(present) : backwards.indexOf(present) >= 0 && backwards.indexOf(present) < place
}

/** Whether nothing more comes of a reservation. */
export const hasEnded = (status: ReservationStatus, payment: PaymentStatus): boolean =>
  (status === 'CANCELLED' || status === 'EXPIRED') && ['UNSPECIFIED', 'FAILED', 'REFUNDED'].includes(payment)

export const totalOf = (items: readonly ReservationItem[]): number =>
  items.reduce((sum, { unitPrice, quantity }) => sum + unitPrice * quantity, 0)

/** What messages tell of what was reserved. */
export const saidOf = (items: readonly ReservationItem[], event: BookedEvent | undefined) => ({
  ticketCount: items.reduce((sum, { quantity }) => sum + quantity, 0),
  ...(event && { event: { title: event.title, startsAt: timestamp(event.startsAt), timeZone: event.timeZone } }),
})

export const money = (amount: number, currency: string) => ({ minorUnits: BigInt(amount), currency })

export const reservationNotFound = () => notFound('RESERVATION_NOT_FOUND', 'there is no such reservation of yours')
export const reservationExpired = () => precondition('RESERVATION_EXPIRED', 'it was not paid in time')
export const nothingToPay = () => precondition('NOTHING_TO_PAY', 'it costs nothing, and is confirmed by itself')
export const reservationCancelled = () => precondition('RESERVATION_CANCELLED', 'it was given back')

/** Throws PAYMENT_MISSING where something costs and nobody paid, NOTHING_TO_PAY where it is the other way round. */
export const mustFitPayment = (total: number, paymentId: string): void => {
  if (total > 0 && paymentId === '') throw precondition('PAYMENT_MISSING', 'nobody has paid for it')
  if (total === 0 && paymentId !== '') throw nothingToPay()
}

export interface NewReservation {
  id: string
  userId: string
  eventId: string
  items: readonly ReservationItem[]
  expiresAt: Date
}

export const itemsOf = ({ items }: ReservationCreated): ReservationItem[] =>
  items.map(({ ticketTypeId, name, quantity, unitPrice }) => ({
    ticketTypeId,
    name,
    quantity,
    unitPrice: Number(unitPrice?.minorUnits ?? 0),
    currency: unitPrice?.currency ?? '',
  }))
