import { expect, it } from 'vitest'
import { PaymentStatus } from '#gen/troupe/payment/v1/payment_pb.ts'
import { outcomeOf } from '../infrastructure/payments.ts'

it.each([
  [PaymentStatus.UNSPECIFIED, { status: 'UNKNOWN' }],
  [PaymentStatus.PENDING, { status: 'UNKNOWN' }],
  [PaymentStatus.REQUIRES_ACTION, { status: 'UNKNOWN', problem: 'ACTION_REQUIRED' }],
  [PaymentStatus.SUCCEEDED, { status: 'SUCCEEDED', providerId: 'ch_1' }],
  [PaymentStatus.FAILED, { status: 'DECLINED', problem: 'INSUFFICIENT_FUNDS' }],
  [PaymentStatus.REFUNDED, { status: 'SUCCEEDED', providerId: 'ch_1' }],
  [PaymentStatus.PARTIALLY_REFUNDED, { status: 'SUCCEEDED', providerId: 'ch_1' }],
  [PaymentStatus.UNKNOWN, { status: 'UNKNOWN' }],
  [PaymentStatus.CANCELLED, { status: 'DECLINED', problem: 'PAYMENT_CANCELLED' }],
])('a payment in status %i tells %o', (status, outcome) => {
  expect(outcomeOf({ status, failureReason: 'INSUFFICIENT_FUNDS', externalId: 'ch_1' })).toEqual(outcome)
})
