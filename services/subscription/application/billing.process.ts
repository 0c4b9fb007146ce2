import { InvoicePurpose } from '#gen/troupe/subscription/v1/invoice_pb.ts'
import {
  BillScheduledSchema,
  BillWithdrawnSchema,
  PaymentMethodChangedSchema,
} from '#gen/troupe/subscription/v1/subscription_events_pb.ts'
import { ChargeOutcome, SubscriptionService } from '#gen/troupe/subscription/v1/subscription_service_pb.ts'
import { defineProcess, isAnswer, isEvent, stepwise } from '#shared/application/process.ts'
import { cancelTimer, end, timer } from '#shared/application/process-output.ts'
import { dateOf } from '#shared/domain/timestamp.ts'
import {
  afterDecline,
  type BillingState,
  commands,
  events,
  goCharge,
  goChargeAnew,
  goExpire,
  goIssue,
  goSettle,
  goSuspend,
  goVoid,
  goWaitForExpiry,
  type Message,
  type Step,
} from './billing-steps.ts'

const { issueInvoice, chargeInvoice, suspendSubscription } = SubscriptionService.method

/** When what is not known is asked for again, and when what was refused without a reason is tried again. */
const askAgainMs = 10_000
const tryAgainMs = 60 * 60_000

const after = (outputs: Step['outputs'], { next, outputs: more }: Step): Step => ({
  next,
  outputs: [...outputs, ...more],
})

type At<Name extends BillingState['at']> = Extract<BillingState, { at: Name }>
type OpenState = Extract<BillingState, { attempt: number }>

const whileIssuing = (state: At<'issuing'>, message: Message): Step => {
  if (isEvent(message, BillWithdrawnSchema)) return { next: { ...state, isWithdrawn: true }, outputs: [] }
  if (message.kind === 'expired') return goIssue(state, state.isWithdrawn)
  if (message.kind === 'error') return goIssue(state, state.isWithdrawn, tryAgainMs)
  if (!isAnswer(message, issueInvoice)) return { next: state, outputs: [] }
  const { invoiceId: invoice, isPaid } = message.response
  if (!invoice) return { next: state, outputs: [end()] }
  if (isPaid) return goSettle(invoice)
  if (state.isWithdrawn) return goVoid(invoice)
  const { user, bill, isUpgrade, isWithdrawn } = state
  const untried = { attempt: 1, since: '', retries: 0, isSuspended: false, hasNewMethod: false, isOvertime: false }
  return goCharge({ user, bill, isUpgrade, isWithdrawn, invoice, ...untried })
}

/** Keeps in mind what comes while something else is under way. */
const noted = (state: OpenState, message: Message): Step | undefined => {
  const remember = (what: Partial<OpenState>): Step => ({ next: { ...state, ...what }, outputs: [] })
  if (isEvent(message, BillWithdrawnSchema)) return remember({ isWithdrawn: true })
  if (isEvent(message, PaymentMethodChangedSchema)) return remember({ hasNewMethod: true })
  return message.kind === 'timer' && message.name === 'expire' ? remember({ isOvertime: true }) : undefined
}

const whileCharging = (state: OpenState, message: Message): Step => {
  const kept = noted(state, message)
  if (kept) return kept
  if (message.kind === 'expired') return goCharge(state)
  if (message.kind === 'error') return goCharge(state, tryAgainMs)
  if (!isAnswer(message, chargeInvoice)) return { next: state, outputs: [] }
  switch (message.response.outcome) {
    case ChargeOutcome.SUCCEEDED:
      return goSettle(state.invoice)
    case ChargeOutcome.DECLINED:
      return afterDecline(state, message.at)
    default:
      return goCharge(state, askAgainMs)
  }
}

const whileSuspending = (state: OpenState, message: Message): Step => {
  const kept = noted(state, message)
  if (kept) return kept
  if (message.kind === 'expired') return goSuspend(state)
  if (message.kind === 'error') return goSuspend(state, tryAgainMs)
  if (!isAnswer(message, suspendSubscription)) return { next: state, outputs: [] }
  if (state.isWithdrawn) return goVoid(state.invoice)
  const suspended = { ...state, isSuspended: true }
  const waiting = goWaitForExpiry(suspended)
  return state.hasNewMethod ? after(waiting.outputs, goChargeAnew(suspended)) : waiting
}

/** A last step is repeated until it is done; what turns out to be paid is settled. */
const whileClosing = (state: At<'settling' | 'voiding' | 'expiring'>, message: Message): Step => {
  const again = { settling: goSettle, voiding: goVoid, expiring: goExpire }[state.at]
  if (message.kind === 'answer') return { next: state, outputs: [end()] }
  if (message.kind === 'expired') return again(state.invoice)
  if (message.kind !== 'error') return { next: state, outputs: [] }
  return message.reason === 'INVOICE_PAID' ? goSettle(state.invoice) : again(state.invoice, tryAgainMs)
}

/** The command whose outcome a state waits for; all others are over. */
const awaited: Partial<Record<BillingState['at'], string>> = {
  issuing: 'issue',
  charging: 'charge',
  suspending: 'suspend',
  settling: 'settle',
  voiding: 'void',
  expiring: 'expire',
}

const step = (state: BillingState, message: Message): Step => {
  if ('step' in message && message.step !== awaited[state.at]) return { next: state, outputs: [] }
  const isTimer = (name: string) => message.kind === 'timer' && message.name === name
  const isWithdrawn = isEvent(message, BillWithdrawnSchema)
  const hasNewMethod = isEvent(message, PaymentMethodChangedSchema)
  switch (state.at) {
    case 'new': {
      if (!isEvent(message, BillScheduledSchema)) return { next: state, outputs: [] }
      const { userId: user, billId: bill, purpose, dueAt } = message.event
      const scheduled = { user, bill, isUpgrade: purpose === InvoicePurpose.UPGRADE }
      const due = dateOf(dueAt) ?? message.at
      return due <= message.at
        ? goIssue(scheduled)
        : { next: { at: 'waiting', ...scheduled }, outputs: [timer('due', due)] }
    }
    case 'waiting':
      if (isWithdrawn) return { next: state, outputs: [end()] }
      return isTimer('due') ? goIssue(state) : { next: state, outputs: [] }
    case 'issuing':
      return whileIssuing(state, message)
    case 'charging':
      return whileCharging(state, message)
    case 'dunning':
      if (isWithdrawn) return goVoid(state.invoice)
      if (hasNewMethod) return after([cancelTimer('retry')], goChargeAnew(state))
      return isTimer('retry') ? goChargeAnew({ ...state, retries: state.retries + 1 }) : { next: state, outputs: [] }
    case 'suspending':
      return whileSuspending(state, message)
    case 'suspended':
      if (isWithdrawn) return goVoid(state.invoice)
      if (hasNewMethod) return goChargeAnew(state)
      return isTimer('expire') ? goExpire(state.invoice) : { next: state, outputs: [] }
    case 'settling':
    case 'voiding':
    case 'expiring':
      return whileClosing(state, message)
  }
}

/**
 * Bills one period or one change of tier: issues the invoice when it is due, charges it, and gives what was paid for. A
 * renewal that is not paid is tried again on days 1, 3 and 7, then suspends the subscription, and ends it on day 14. The
 * only one that charges.
 */
export const billingProcess = defineProcess({
  name: 'billing',
  events,
  commands,
  initial: (): BillingState => ({ at: 'new' }),
  correlate: (message) => message.event.billId || undefined,
  ...stepwise(step),
})
