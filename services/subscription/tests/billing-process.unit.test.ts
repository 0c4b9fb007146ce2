import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { InvoicePurpose } from '#gen/troupe/subscription/v1/invoice_pb.ts'
import {
  BillScheduledSchema,
  BillWithdrawnSchema,
  PaymentMethodChangedSchema,
} from '#gen/troupe/subscription/v1/subscription_events_pb.ts'
import { ChargeOutcome, SubscriptionService } from '#gen/troupe/subscription/v1/subscription_service_pb.ts'
import { advance, type ProcessInstance } from '#shared/application/process.ts'
import { cancelTimer, command, end, type ProcessOutput, timer } from '#shared/application/process-output.ts'
import { timestamp } from '#shared/domain/timestamp.ts'
import {
  answer,
  due,
  eachPair,
  event,
  expired,
  given,
  type PairTable,
  refused,
  testTime,
} from '../../shared/tests/given.ts'
import { billingProcess } from '../application/billing.process.ts'
import type { BillingState } from '../application/billing-steps.ts'

const { issueInvoice, chargeInvoice, settleInvoice, voidInvoice, suspendSubscription, expireSubscription } =
  SubscriptionService.method

const dayMs = 86_400_000
const [userId, billId, invoiceId] = ['u1', 'b1', 'i1']
const inDays = (days: number) => new Date(testTime.getTime() + days * dayMs)
const { RENEWAL, UPGRADE } = InvoicePurpose

const scheduled = (purpose: InvoicePurpose, dueAt: Date) =>
  event(BillScheduledSchema, { billId, userId, purpose, dueAt: timestamp(dueAt) })
const charged = (outcome: ChargeOutcome) => answer('charge', chargeInvoice, { outcome })

const messages = {
  scheduled: scheduled(RENEWAL, inDays(30)),
  'scheduled for now': scheduled(RENEWAL, testTime),
  'upgrade scheduled': scheduled(UPGRADE, testTime),
  withdrawn: event(BillWithdrawnSchema, { billId, userId }),
  'new method': event(PaymentMethodChangedSchema, { billId, userId }),
  due: due('due'),
  issued: answer('issue', issueInvoice, { invoiceId }),
  'issued and paid': answer('issue', issueInvoice, { invoiceId, isPaid: true }),
  'nothing to issue': answer('issue', issueInvoice, {}),
  'issue refused': refused('issue', issueInvoice, 'INTERNAL'),
  'issue expired': expired('issue', issueInvoice),
  charged: charged(ChargeOutcome.SUCCEEDED),
  declined: charged(ChargeOutcome.DECLINED),
  'charge unknown': charged(ChargeOutcome.UNKNOWN),
  'charge refused': refused('charge', chargeInvoice, 'INTERNAL'),
  'charge expired': expired('charge', chargeInvoice),
  'retry due': due('retry'),
  suspended: answer('suspend', suspendSubscription, {}),
  'suspend refused': refused('suspend', suspendSubscription, 'INTERNAL'),
  'suspend expired': expired('suspend', suspendSubscription),
  'expiry due': due('expire'),
  settled: answer('settle', settleInvoice, {}),
  'settle refused': refused('settle', settleInvoice, 'INTERNAL'),
  'settle expired': expired('settle', settleInvoice),
  voided: answer('void', voidInvoice, {}),
  'void refused': refused('void', voidInvoice, 'INTERNAL'),
  'void refused: paid': refused('void', voidInvoice, 'FAILED_PRECONDITION', 'INVOICE_PAID'),
  'void expired': expired('void', voidInvoice),
  'tier ended': answer('expire', expireSubscription, {}),
  'expire refused': refused('expire', expireSubscription, 'INTERNAL'),
  'expire refused: paid': refused('expire', expireSubscription, 'FAILED_PRECONDITION', 'INVOICE_PAID'),
  'expire expired': expired('expire', expireSubscription),
} as const
type MessageName = keyof typeof messages

const inAnHour = { delayMs: 3_600_000 }
const soon = { delayMs: 10_000 }
const issue = (options = {}) => command('issue', issueInvoice, { userId, billId }, options)
const charge = (attempt: number, options = {}) => command('charge', chargeInvoice, { invoiceId, attempt }, options)
const settle = (options = {}) => command('settle', settleInvoice, { invoiceId }, options)
const suspend = (options = {}) => command('suspend', suspendSubscription, { invoiceId }, options)
const expire = (options = {}) => command('expire', expireSubscription, { invoiceId }, options)
const toVoid = (options = {}) => command('void', voidInvoice, { invoiceId }, options)

const open: MessageName[] = ['scheduled', 'due', 'issued']
const inDunning: MessageName[] = [...open, 'declined']
const suspending: MessageName[] = [
  ...inDunning,
  'retry due',
  'declined',
  'retry due',
  'declined',
  'retry due',
  'declined',
]
const waiting: MessageName[] = [...suspending, 'suspended']

/** What every state does in which an attempt is being made. */
const whileCharging = (attempt: number) => ({
  charged: [settle()],
  'charge unknown': [charge(attempt, soon)],
  'charge refused': [charge(attempt, inAnHour)],
  'charge expired': [charge(attempt)],
  withdrawn: [],
  'new method': [],
  'expiry due': [],
})

const table: PairTable<MessageName> = {
  new: {
    history: [],
    at: 'new',
    does: {
      scheduled: [timer('due', inDays(30))],
      'scheduled for now': [issue()],
      'upgrade scheduled': [issue()],
    },
  },
  waiting: { history: ['scheduled'], at: 'waiting', does: { due: [issue()], withdrawn: [end()] } },
  issuing: {
    history: ['scheduled', 'due'],
    at: 'issuing',
    does: {
      issued: [charge(1)],
      'issued and paid': [settle()],
      'nothing to issue': [end()],
      'issue refused': [issue(inAnHour)],
      'issue expired': [issue()],
      withdrawn: [],
    },
  },
  'issuing, withdrawn': {
    history: ['scheduled', 'due', 'withdrawn'],
    at: 'issuing',
    does: {
      issued: [toVoid()],
      'issued and paid': [settle()],
      'nothing to issue': [end()],
      'issue refused': [issue(inAnHour)],
      'issue expired': [issue()],
      withdrawn: [],
    },
  },
  charging: {
    history: open,
    at: 'charging',
    does: { ...whileCharging(1), declined: [timer('retry', inDays(1))] },
  },
  'charging, withdrawn': {
    history: [...open, 'withdrawn'],
    at: 'charging',
    does: { ...whileCharging(1), declined: [toVoid()] },
  },
  'charging, with another method meanwhile': {
    history: [...open, 'new method'],
    at: 'charging',
    does: { ...whileCharging(1), declined: [charge(2)] },
  },
  'charging an upgrade': {
    history: ['upgrade scheduled', 'issued'],
    at: 'charging',
    does: { ...whileCharging(1), declined: [toVoid()] },
  },
  'dunning, day 0': {
    history: inDunning,
    at: 'dunning',
    does: {
      'retry due': [charge(2)],
      'new method': [cancelTimer('retry'), charge(2)],
      withdrawn: [toVoid()],
    },
  },
  'charging on day 1': {
    history: [...inDunning, 'retry due'],
    at: 'charging',
    does: { ...whileCharging(2), declined: [timer('retry', inDays(3))] },
  },
  'charging on day 3': {
    history: [...inDunning, 'retry due', 'declined', 'retry due'],
    at: 'charging',
    does: { ...whileCharging(3), declined: [timer('retry', inDays(7))] },
  },
  'charging on day 7': {
    history: suspending.slice(0, -1),
    at: 'charging',
    does: { ...whileCharging(4), declined: [suspend()] },
  },
  'charging another method between retries': {
    history: [...inDunning, 'new method'],
    at: 'charging',
    does: { ...whileCharging(2), declined: [timer('retry', inDays(1))] },
  },
  suspending: {
    history: suspending,
    at: 'suspending',
    does: {
      suspended: [timer('expire', inDays(14))],
      'suspend refused': [suspend(inAnHour)],
      'suspend expired': [suspend()],
      withdrawn: [],
      'new method': [],
      'expiry due': [],
    },
  },
  'suspending, with another method meanwhile': {
    history: [...suspending, 'new method'],
    at: 'suspending',
    does: {
      suspended: [timer('expire', inDays(14)), charge(5)],
      'suspend refused': [suspend(inAnHour)],
      'suspend expired': [suspend()],
      withdrawn: [],
      'new method': [],
      'expiry due': [],
    },
  },
  'suspending, withdrawn': {
    history: [...suspending, 'withdrawn'],
    at: 'suspending',
    does: {
      suspended: [toVoid()],
      'suspend refused': [suspend(inAnHour)],
      'suspend expired': [suspend()],
      withdrawn: [],
      'new method': [],
      'expiry due': [],
    },
  },
  suspended: {
    history: waiting,
    at: 'suspended',
    does: { 'new method': [charge(5)], 'expiry due': [expire()], withdrawn: [toVoid()] },
  },
  'charging while suspended': {
    history: [...waiting, 'new method'],
    at: 'charging',
    does: { ...whileCharging(5), declined: [] },
  },
  'charging on day 14': {
    history: [...waiting, 'new method', 'expiry due'],
    at: 'charging',
    does: { ...whileCharging(5), declined: [expire()] },
  },
  'charging on day 14, with another method meanwhile': {
    history: [...waiting, 'new method', 'expiry due', 'new method'],
    at: 'charging',
    does: { ...whileCharging(5), declined: [charge(6)] },
  },
  'charging that other method on day 14': {
    history: [...waiting, 'new method', 'expiry due', 'new method', 'declined'],
    at: 'charging',
    does: { ...whileCharging(6), declined: [expire()] },
  },
  settling: {
    history: [...open, 'charged'],
    at: 'settling',
    does: closing('settle', 'settled', settle),
  },
  voiding: {
    history: ['upgrade scheduled', 'issued', 'declined'],
    at: 'voiding',
    does: closing('void', 'voided', toVoid),
  },
  expiring: {
    history: [...waiting, 'expiry due'],
    at: 'expiring',
    does: closing('expire', 'tier ended', expire),
  },
  ended: { history: [...open, 'charged', 'settled'], at: 'settling', does: {} },
}

/** A last step is repeated until it is done; what turns out to be paid is settled. */
function closing(
  name: string,
  done: MessageName,
  again: (options?: object) => ProcessOutput,
): Partial<Record<MessageName, ProcessOutput[]>> {
  const outcomes = { [done]: [end()], [`${name} refused`]: [again(inAnHour)], [`${name} expired`]: [again()] }
  return name === 'settle' ? outcomes : { ...outcomes, [`${name} refused: paid`]: [settle()] }
}

describe('the billing process', () => {
  it('is found by the bill, and hears nothing of a method that no bill waits for', () => {
    expect(billingProcess.correlate(messages.scheduled)).toBe(billId)
    expect(billingProcess.correlate(event(PaymentMethodChangedSchema, { userId }))).toBeUndefined()
  })

  it('bills a renewal: invoice, payment, renewed', () => {
    given(billingProcess)
      .when(messages.scheduled)
      .then([timer('due', inDays(30))])
    given(billingProcess, messages.scheduled).when(messages.due).then([issue()])
    given(billingProcess, messages.scheduled, messages.due)
      .when(messages.issued)
      .then([charge(1)])
    given(billingProcess, messages.scheduled, messages.due, messages.issued).when(messages.charged).then([settle()])
  })

  eachPair(billingProcess, messages, table)
})

type Luck = 'paid' | 'declined' | 'unknown' | 'lost' | 'refused' | 'withdrawn' | 'new method'

/** The process in a world where charges and calls go by a script; once that is through, all goes well. */
const play = (script: readonly Luck[], isUpgrade: boolean) => {
  const world = { charges: new Map<number, string>(), settled: 0, voided: 0, ended: 0 }
  const pending: ProcessOutput[] = []
  let instance: ProcessInstance<BillingState> | undefined
  const tell = (message: Parameters<typeof billingProcess.decide>[1]) => {
    const step = advance(billingProcess, instance, message)
    instance = step?.instance ?? instance
    pending.push(...(step?.outputs ?? []))
  }
  tell(isUpgrade ? messages['upgrade scheduled'] : messages['scheduled for now'])
  for (let turn = 0; pending.length > 0 && turn < 300; ) {
    const output = pending.shift() as ProcessOutput
    if (output.kind === 'timer') tell(due(output.name, output.dueAt))
    if (output.kind !== 'command') continue
    const luck = script[turn++] ?? 'paid'
    if (luck === 'withdrawn') tell(messages.withdrawn)
    if (luck === 'new method') tell(messages['new method'])
    const isLost = luck === 'lost'
    if (luck === 'refused') {
      tell(refused(output.step, output.method as typeof voidInvoice, 'INTERNAL'))
      continue
    }
    if (output.step === 'charge') {
      const { attempt } = output.request as unknown as { attempt: number }
      const before = world.charges.get(attempt)
      // Of an attempt that was made the provider says what it said before.
      const became = before && before !== 'unknown' ? before : luck === 'declined' ? 'declined' : 'paid'
      world.charges.set(attempt, became)
      if (isLost) tell(messages['charge expired'])
      else if (luck === 'unknown') tell(messages['charge unknown'])
      else tell(messages[became === 'paid' ? 'charged' : 'declined'])
      continue
    }
    const isPaid = [...world.charges.values()].includes('paid')
    if ((output.step === 'void' || output.step === 'expire') && isPaid) throw new Error('what was paid is not void')
    if (output.step === 'settle') world.settled = 1
    if (output.step === 'void') world.voided = 1
    if (output.step === 'expire') world.ended = 1
    if (isLost) tell(expired(output.step, output.method as typeof voidInvoice))
    else if (output.step === 'issue') tell(messages.issued)
    else tell(answer(output.step, output.method as typeof voidInvoice, {}))
  }
  const paid = [...world.charges.values()].filter((became) => became === 'paid').length
  return { ...world, paid, isOver: instance?.ended ?? false }
}

it('charges an invoice once, and gives what was paid for or voids it, whatever happens on the way', () => {
  const luck = fc.constantFrom<Luck>('paid', 'declined', 'unknown', 'lost', 'refused', 'withdrawn', 'new method')
  fc.assert(
    fc.property(fc.array(luck, { maxLength: 40 }), fc.boolean(), (script, isUpgrade) => {
      const { paid, settled, voided, ended, isOver } = play(script, isUpgrade)
      expect(isOver).toBe(true)
      expect(paid).toBeLessThanOrEqual(1)
      expect(settled).toBe(paid)
      expect(voided + ended).toBe(1 - paid)
    }),
    { numRuns: 2000 },
  )
})
