import {
  BillScheduledSchema,
  BillWithdrawnSchema,
  PaymentMethodChangedSchema,
} from '#gen/troupe/subscription/v1/subscription_events_pb.ts'
import { SubscriptionService } from '#gen/troupe/subscription/v1/subscription_service_pb.ts'
import type { ProcessMessage, Transition } from '#shared/application/process.ts'
import { command, timer } from '#shared/application/process-output.ts'

const { issueInvoice, chargeInvoice, settleInvoice, voidInvoice, suspendSubscription, expireSubscription } =
  SubscriptionService.method
export const events = [BillScheduledSchema, BillWithdrawnSchema, PaymentMethodChangedSchema] as const
export const commands = [
  issueInvoice,
  chargeInvoice,
  settleInvoice,
  voidInvoice,
  suspendSubscription,
  expireSubscription,
] as const

const dayMs = 24 * 60 * 60 * 1000
/** Days after the first failure on which a renewal is tried again; after the last one it is suspended. */
const retryDays = [1, 3, 7] as const
/** Days after the first failure on which it ends. */
const expiryDay = 14

/** What is to be billed. */
export interface Bill {
  user: string
  bill: string
  isUpgrade: boolean
}

/** An invoice that is to be paid. */
export interface Open extends Bill {
  invoice: string
  attempt: number
  /** When the first charge failed; empty before that. */
  since: string
  /** How many of the planned retries were made. */
  retries: number
  isSuspended: boolean
  /** What came while something else was under way. */
  isWithdrawn: boolean
  hasNewMethod: boolean
  isOvertime: boolean
}

export type BillingState =
  | { at: 'new' }
  | ({ at: 'waiting' } & Bill)
  | ({ at: 'issuing'; isWithdrawn: boolean } & Bill)
  | ({ at: 'charging' | 'dunning' | 'suspending' | 'suspended' } & Open)
  | { at: 'settling' | 'voiding' | 'expiring'; invoice: string }

export type Message = ProcessMessage<typeof events, typeof commands>
export type Step = Transition<BillingState, (typeof commands)[number]>

const dayAfter = (since: string, days: number): Date => new Date(Date.parse(since) + days * dayMs)

export const goIssue = ({ user, bill, isUpgrade }: Bill, isWithdrawn = false, delayMs = 0): Step => ({
  next: { at: 'issuing', user, bill, isUpgrade, isWithdrawn },
  outputs: [command('issue', issueInvoice, { userId: user, billId: bill }, { delayMs })],
})

export const goCharge = (open: Open, delayMs = 0): Step => ({
  next: { ...open, at: 'charging' },
  outputs: [command('charge', chargeInvoice, { invoiceId: open.invoice, attempt: open.attempt }, { delayMs })],
})

export const goChargeAnew = (open: Open): Step => goCharge({ ...open, attempt: open.attempt + 1, hasNewMethod: false })

export const goSettle = (invoice: string, delayMs = 0): Step => ({
  next: { at: 'settling', invoice },
  outputs: [command('settle', settleInvoice, { invoiceId: invoice }, { delayMs })],
})

export const goVoid = (invoice: string, delayMs = 0): Step => ({
  next: { at: 'voiding', invoice },
  outputs: [command('void', voidInvoice, { invoiceId: invoice }, { delayMs })],
})

export const goExpire = (invoice: string, delayMs = 0): Step => ({
  next: { at: 'expiring', invoice },
  outputs: [command('expire', expireSubscription, { invoiceId: invoice }, { delayMs })],
})

export const goSuspend = (open: Open, delayMs = 0): Step => ({
  next: { ...open, at: 'suspending' },
  outputs: [command('suspend', suspendSubscription, { invoiceId: open.invoice }, { delayMs })],
})

/** Waits for the day on which the subscription ends. */
export const goWaitForExpiry = (open: Open): Step => ({
  next: { ...open, at: 'suspended' },
  outputs: [timer('expire', dayAfter(open.since, expiryDay))],
})

/** What to do about a charge that did not come about. */
export const afterDecline = (open: Open, at: Date): Step => {
  if (open.isWithdrawn || open.isUpgrade) return goVoid(open.invoice)
  const failed = { ...open, since: open.since || at.toISOString() }
  if (open.hasNewMethod) return goChargeAnew(failed)
  if (open.isOvertime) return goExpire(open.invoice)
  if (open.isSuspended) return { next: { ...failed, at: 'suspended' }, outputs: [] }
  const days = retryDays[open.retries]
  if (days === undefined) return goSuspend(failed)
  return { next: { ...failed, at: 'dunning' }, outputs: [timer('retry', dayAfter(failed.since, days))] }
}
