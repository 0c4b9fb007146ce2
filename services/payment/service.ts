import { file_troupe_payment_v1_payment_events as events } from '#gen/troupe/payment/v1/payment_events_pb.ts'
import { PaymentService } from '#gen/troupe/payment/v1/payment_service_pb.ts'
import { createApart } from '#shared/infrastructure/apart.ts'
import { defineContext, type Kernel } from '#shared/presentation/context.ts'
import { route } from '#shared/presentation/route.ts'
import { createPaymentApp, type PaymentApp } from './application/app.ts'
import type { PaymentProvider } from './application/provider.ts'
import { createDueWork } from './infrastructure/due-work.ts'
import { expiries } from './infrastructure/expiries.ts'
import { invariants } from './infrastructure/invariants.ts'
import { createHeard, createLedger, createMethods, createPayouts, forgetPerson } from './infrastructure/ledger.ts'
import { migrations } from './infrastructure/migrations.ts'
import { createPayments } from './infrastructure/payments.ts'
import { chooseProvider, readWaitMs } from './infrastructure/providers/choose.ts'
import { createReads } from './infrastructure/reads.ts'
import { entities } from './infrastructure/schema.ts'
import { paymentService } from './presentation/payment-service.ts'
import { webhookHandler } from './presentation/webhook-handler.ts'

/** Puts payment's parts together, around whoever moves the money. */
export const assemble = (kernel: Kernel, provider: PaymentProvider, waitMs: number): PaymentApp => {
  const { database, clock, log } = kernel
  const unit = () => kernel.unit()
  return createPaymentApp({
    payments: createPayments(database, unit, clock),
    reads: createReads(database),
    methods: createMethods(database, unit),
    payouts: createPayouts(database, unit),
    ledger: createLedger(database, unit, clock),
    heard: createHeard(database, unit, clock),
    provider,
    waitMs,
    clock,
    ids: { next: () => unit().next() },
    apart: createApart('payment', kernel.write),
    passedOver: (purpose, id, error) => log.warn('one was passed over', { purpose, id, error }),
    troubled: (purpose, id, error) => log.warn('a payment provider failed', { purpose, id, error }),
    forget: forgetPerson(unit),
  })
}

/** Payments, refunds and payouts, and the ledger behind them. */
export const payment = defineContext({
  name: 'payment',
  entities,
  migrations,
  events,
  constraints: {
    payments_of_purpose: 'raced',
    webhook_reports_once: 'raced',
    postings_pkey: 'raced',
    entries_pkey: 'raced',
    refunds_pkey: 'raced',
  },
  compose: async (kernel) => {
    const { clock, config, database, env, log } = kernel
    const { provider, sendReports } = await chooseProvider({
      env,
      config,
      database,
      clock,
      onReport: () => work.wake(),
    })
    const app = assemble(kernel, provider, readWaitMs(env))
    const work = createDueWork({ database, log, followUp: app.followUp, sendReports })
    return {
      routes: [route(PaymentService, paymentService(app))],
      work,
      erase: async (userId: string) => {
        app.forgetPerson(userId)
        return ['payment methods', 'what payments were to be made with']
      },
      http: { [`/webhooks/payments/${provider.name}`]: webhookHandler(provider, app.noteReport, clock) },
      invariants,
      expiries,
    }
  },
})
