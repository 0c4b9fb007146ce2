import { PaymentPurpose } from '#gen/troupe/payment/v1/payment_pb.ts'
import { invalid, notFound, precondition } from '#shared/domain/errors.ts'
import { Money } from '#shared/domain/money.ts'

const purposeKinds = ['RESERVATION', 'INVOICE', 'TOP_UP'] as const

export type PurposeKind = (typeof purposeKinds)[number]

/** By its number in the contract. */
export const purposeKindOf = (told: PaymentPurpose): PurposeKind =>
  purposeKinds.find((kind) => PaymentPurpose[kind] === told) as PurposeKind

export interface Purpose {
  kind: PurposeKind
  id: string
}

/** What somebody is to be charged for. */
export interface PaymentRequest {
  paymentId: string
  purpose: Purpose
  payerId: string
  amount: Money
  methodId: string
  description: string
}

const most = 10_000_000_000n

/** An amount that may move. Throws INVALID_AMOUNT unless it is more than nothing, INVALID_CURRENCY. */
export const movable = (minorUnits: bigint, currency: string): Money => {
  const amount = Money.of(minorUnits, currency)
  if (minorUnits <= 0n || minorUnits > most)
    throw invalid('amount', 'INVALID_AMOUNT', `must be from 1 to ${most} minor units`)
  return amount
}

export const isSameAmount = (one: Money | undefined, other: Money | undefined): boolean =>
  one?.minorUnits === other?.minorUnits && one?.currency === other?.currency

export const paymentNotFound = () => notFound('PAYMENT_NOT_FOUND', 'there is no such payment')
export const mismatch = () => precondition('PAYMENT_MISMATCH', 'this id was used for another payment')
export const wasCancelled = () => precondition('PAYMENT_CANCELLED', 'this id was cancelled before it was used')
export const underWay = () => precondition('PAYMENT_UNDER_WAY', 'another payment for this is undecided')
export const undecided = () =>
  precondition('PAYMENT_UNDECIDED', 'the provider has not decided this payment; ask again in a minute')
export const purposePaid = () => precondition('PURPOSE_PAID', 'this is paid')
export const notSucceeded = () => precondition('PAYMENT_NOT_SUCCEEDED', 'there is nothing to pay back')
export const succeeded = () => precondition('PAYMENT_SUCCEEDED', 'the money is here; refund it')
export const noAction = () => precondition('NO_ACTION_REQUIRED', 'this payment does not wait for its payer')
export const refundMismatch = () => precondition('REFUND_MISMATCH', 'this id was used for another refund')
export const exceeds = () => precondition('REFUND_EXCEEDS_PAYMENT', 'this is more than is left of the payment')
