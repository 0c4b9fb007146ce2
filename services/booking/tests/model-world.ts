import { create, type DescMessage, type Message as ProtoMessage } from '@bufbuild/protobuf'
import { ReleaseReason } from '#gen/troupe/inventory/v1/hold_pb.ts'
import { TicketsReleasedSchema } from '#gen/troupe/inventory/v1/inventory_events_pb.ts'
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
import { precondition } from '#shared/domain/errors.ts'

export const reservationId = 'r1'
const price = { minorUnits: 5000n, currency: 'EUR' }

/** Something that was told on a stream of its own. */
export interface Told {
  stream: string
  event: ProtoMessage
}

export type Tell = (stream: string, schema: DescMessage, init: object) => void

/** A callee that cannot say at present: the call is made again. */
export class Unavailable extends Error {}

/** As inventory's `Hold`, with others who may take what is free. */
export const inventoryModel = (tell: Tell) => {
  const hold = { status: 'HELD', areOthersFaster: false, isOff: false }
  const become = (status: string) => {
    hold.status = status
  }
  return {
    hold,
    lapse: () => {
      if (hold.status !== 'HELD') return
      become('LAPSED')
      tell('hold', TicketsReleasedSchema, { reservationId, reason: ReleaseReason.LAPSED })
    },
    commit: () => {
      if (hold.status === 'COMMITTED') return {}
      if (hold.status === 'RELEASED' || hold.status === 'RETURNED') throw precondition('HOLD_RELEASED', '')
      if (hold.isOff) throw precondition('EVENT_CLOSED', '')
      if (hold.status === 'LAPSED' && hold.areOthersFaster) throw precondition('TICKETS_UNAVAILABLE', '')
      become('COMMITTED')
      return {}
    },
    release: () => {
      if (hold.status === 'RELEASED' || hold.status === 'RETURNED') return {}
      const reason = hold.status === 'COMMITTED' ? ReleaseReason.RETURNED : ReleaseReason.RELEASED
      if (hold.status !== 'LAPSED') tell('hold', TicketsReleasedSchema, { reservationId, reason })
      become(hold.status === 'COMMITTED' ? 'RETURNED' : 'RELEASED')
      return {}
    },
  }
}

type Status = 'PENDING' | 'REQUIRES_ACTION' | 'UNKNOWN' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED'

const isOpen = (status: Status) => status === 'PENDING' || status === 'REQUIRES_ACTION' || status === 'UNKNOWN'

/** As the contract of payment says: one successful charge a purpose, harmless repeats, and cancelled means never. */
export const paymentModel = (tell: Tell, choose: (of: number) => number) => {
  const payments = new Map<string, Status>()
  const refunds = new Map<string, 'PENDING' | 'PROCESSED' | 'FAILED'>()
  const money = { charged: 0, paidBack: 0 }
  const purpose = { kind: PaymentPurpose.RESERVATION, id: reservationId }
  const say = (id: string, schema: DescMessage, more: object = {}) =>
    tell(`payment ${id}`, schema, { paymentId: id, purpose, ...more })
  const become = (id: string, status: Status) => {
    payments.set(id, status)
    if (status === 'SUCCEEDED') money.charged += 1
    if (status === 'SUCCEEDED') say(id, PaymentSucceededSchema)
    if (status === 'FAILED') say(id, PaymentFailedSchema, { reason: 'CARD_DECLINED' })
    if (status === 'CANCELLED') say(id, PaymentCancelledSchema)
    if (status === 'UNKNOWN') say(id, PaymentBecameUnknownSchema)
    if (status === 'REQUIRES_ACTION') say(id, PaymentActionRequiredSchema)
  }
  const refundBecomes = (payment: string, id: string, status: 'PROCESSED' | 'FAILED') => {
    refunds.set(id, status)
    if (status === 'PROCESSED') money.paidBack += 1
    const schema = status === 'PROCESSED' ? RefundProcessedSchema : RefundFailedSchema
    say(payment, schema, { refundId: id, amount: price, refunded: price, reason: 'CARD_CLOSED' })
  }
  const answerOf = (id: string) => {
    const status = PaymentStatus[payments.get(id) as Status]
    return {
      payment: { id, status, refunds: [...refunds].map(([key, as]) => ({ id: key, status: RefundStatus[as] })) },
    }
  }
  return {
    payments,
    refunds,
    money,
    initiate: (id: string) => {
      const known = payments.get(id)
      if (known === 'CANCELLED') throw precondition('PAYMENT_CANCELLED', '')
      if (known) return answerOf(id)
      const others = [...payments.values()]
      if (others.includes('SUCCEEDED')) throw precondition('PURPOSE_PAID', '')
      if (others.some(isOpen)) throw precondition('PAYMENT_UNDER_WAY', '')
      const outcomes: Status[] = ['SUCCEEDED', 'FAILED', 'PENDING', 'REQUIRES_ACTION', 'UNKNOWN']
      become(id, outcomes[choose(outcomes.length)] as Status)
      return answerOf(id)
    },
    cancel: (id: string) => {
      const status = payments.get(id)
      if (status === 'SUCCEEDED') throw precondition('PAYMENT_SUCCEEDED', '')
      if (status === 'UNKNOWN' || status === 'PENDING') throw new Unavailable()
      if (status !== 'FAILED' && status !== 'CANCELLED') become(id, 'CANCELLED')
      return answerOf(id)
    },
    refund: (payment: string, id: string) => {
      if (payments.get(payment) !== 'SUCCEEDED') throw precondition('PAYMENT_NOT_SUCCEEDED', '')
      if (id === '') throw new Error('a refund has an id')
      if (!refunds.has(id)) {
        const states = [...refunds.values()]
        if (states.includes('PROCESSED') || states.includes('PENDING')) throw precondition('REFUND_EXCEEDS_PAYMENT', '')
        const outcome = choose(3)
        if (outcome === 2) refunds.set(id, 'PENDING')
        else refundBecomes(payment, id, outcome === 0 ? 'PROCESSED' : 'FAILED')
      }
      return answerOf(payment)
    },
    /** The provider says what it did not say before. */
    resolve: (isGood: boolean) => {
      for (const [id, status] of payments) if (isOpen(status)) become(id, isGood ? 'SUCCEEDED' : 'FAILED')
      const [payment = ''] = [...payments].find(([, status]) => status === 'SUCCEEDED') ?? []
      for (const [id, status] of refunds)
        if (status === 'PENDING') refundBecomes(payment, id, isGood ? 'PROCESSED' : 'FAILED')
    },
  }
}

export const eventOf = (schema: DescMessage, init: object): ProtoMessage =>
  create(schema, init as never) as ProtoMessage
