import { IdentityService } from '#gen/troupe/identity/v1/identity_service_pb.ts'
import { file_troupe_subscription_v1_subscription_events as events } from '#gen/troupe/subscription/v1/subscription_events_pb.ts'
import { SubscriptionService } from '#gen/troupe/subscription/v1/subscription_service_pb.ts'
import { createApart } from '#shared/infrastructure/apart.ts'
import { callContext } from '#shared/infrastructure/call-context.ts'
import { defineContext, type Kernel } from '#shared/presentation/context.ts'
import { route } from '#shared/presentation/route.ts'
import { createSubscriptionApp, type SubscriptionApp } from './application/app.ts'
import { billingProcess } from './application/billing.process.ts'
import type { PaymentProvider } from './application/ports.ts'
import { startFollowUp } from './infrastructure/follow-up.ts'
import { invariants } from './infrastructure/invariants.ts'
import { createCharges, createInvoices } from './infrastructure/invoices.ts'
import { migrations } from './infrastructure/migrations.ts'
import { createSandbox } from './infrastructure/payments/sandbox.ts'
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
  provider: PaymentProvider = createSandbox(kernel.database),
): SubscriptionApp => {
  const { database, clock } = kernel
  const unit = () => kernel.unit()
  return createSubscriptionApp({
    tiers: createTiers(database),
    subscriptions: createSubscriptions({ database, unit, clock, identity: kernel.client(IdentityService) }),
    invoices: createInvoices(database, unit),
    charges: createCharges(unit),
    provider,
    ledger: createUsageLedger(database, unit),
    ids: { next: () => unit().next() },
    clock,
    apart: createApart('subscription', kernel.write),
    afterCommit: (run) => unit().afterCommit.push(run),
    onUsed,
    signal: () => callContext().signal,
  })
}

const compose = (kernel: Kernel) => {
  let followUp: ReturnType<typeof startFollowUp> | undefined
  const app = assemble(kernel, () => followUp?.wake())
  return {
    routes: [route(SubscriptionService, subscriptionService(app, kernel.clock))],
    consumers: consumers(app),
    processes: [billingProcess],
    erase: async (userId: string) => {
      await app.eraseSubscriber(userId)
      return ['payment method', 'usage']
    },
    invariants,
    start: async () => {
      followUp = startFollowUp(kernel.log, async () => {
        await app.lapseReservations()
        await app.announceUsage()
        await app.forgetOldReservations()
      })
    },
    stop: async () => followUp?.stop(),
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
    invoices_of_bill: 'raced',
    invoices_number: 'raced',
    charges_one: 'raced',
  },
  compose,
})
