import { IdentityService } from '#gen/troupe/identity/v1/identity_service_pb.ts'
import { PaymentService } from '#gen/troupe/payment/v1/payment_service_pb.ts'
import { file_troupe_subscription_v1_subscription_events as events } from '#gen/troupe/subscription/v1/subscription_events_pb.ts'
import { SubscriptionService } from '#gen/troupe/subscription/v1/subscription_service_pb.ts'
import { createApart } from '#shared/infrastructure/apart.ts'
import { callContext } from '#shared/infrastructure/call-context.ts'
import { type FollowUp, startFollowUp } from '#shared/infrastructure/follow-up.ts'
import { defineContext, type Kernel } from '#shared/presentation/context.ts'
import { route } from '#shared/presentation/route.ts'
import { createSubscriptionApp, type SubscriptionApp } from './application/app.ts'
import { billingProcess } from './application/billing.process.ts'
import type { Payments } from './application/ports.ts'
import { createCredits } from './infrastructure/credits.ts'
import { expiries } from './infrastructure/expiries.ts'
import { invariants } from './infrastructure/invariants.ts'
import { createCharges, createInvoices } from './infrastructure/invoices.ts'
import { migrations } from './infrastructure/migrations.ts'
import { createPayments } from './infrastructure/payments.ts'
import { entities } from './infrastructure/schema.ts'
import { createSubscriptions } from './infrastructure/subscriptions.ts'
import { createTiers } from './infrastructure/tiers.ts'
import { createUsageLedger } from './infrastructure/usage-ledger.ts'
import { consumers } from './presentation/consumers.ts'
import { subscriptionService } from './presentation/subscription-service.ts'

/** Puts subscription's parts together. `onUsed` hears when a counter may have come far enough to tell its user. */
export const assemble = (
  kernel: Kernel,
  onUsed: () => void,
  payments: Payments = createPayments(kernel.client(PaymentService)),
): SubscriptionApp => {
  const { database, clock } = kernel
  const unit = () => kernel.unit()
  return createSubscriptionApp({
    tiers: createTiers(database),
    subscriptions: createSubscriptions({ database, unit, clock, identity: kernel.client(IdentityService) }),
    invoices: createInvoices(database, unit),
    charges: createCharges(unit),
    credits: createCredits(unit),
    payments,
    ledger: createUsageLedger(database, unit),
    ids: { next: () => unit().next() },
    clock,
    apart: createApart('subscription', kernel.write),
    afterCommit: (run) => unit().afterCommit.push(run),
    onUsed,
    passedOver: (purpose, counter, error) => kernel.log.warn('a counter was passed over', { purpose, counter, error }),
    actor: () => callContext().actor,
    kept: (user, error) => kernel.log.warn('what was paid with before is still kept', { user, error }),
  })
}

const compose = (kernel: Kernel) => {
  let announcing: FollowUp | undefined
  const followUps: FollowUp[] = []
  const app = assemble(kernel, () => announcing?.wake())
  return {
    routes: [route(SubscriptionService, subscriptionService(app, kernel.clock))],
    consumers: consumers(app),
    processes: [billingProcess],
    erase: async (userId: string) => {
      await app.eraseSubscriber(userId)
      return ['payment method', 'credit', 'usage']
    },
    invariants,
    expiries,
    start: async () => {
      announcing = startFollowUp(kernel.log, 'announce', app.announceUsage)
      followUps.push(announcing, startFollowUp(kernel.log, 'lapse', app.lapseReservations))
    },
    stop: async () => {
      await Promise.all(followUps.map((each) => each.stop()))
    },
  }
}

/** Tiers, what of them is used, and what is billed. */
export const subscription = defineContext({
  name: 'subscription',
  entities,
  migrations,
  events,
  constraints: {
    subscriptions_once: 'raced',
    usage_within_limit: 'raced',
    usage_covers_committed: 'raced',
    invoices_of_bill: 'raced',
    invoices_number: 'raced',
    charges_one: 'raced',
    charges_pkey: 'raced',
  },
  compose,
})
