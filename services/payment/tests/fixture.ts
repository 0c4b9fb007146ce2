import { createHmac } from 'node:crypto'
import { Money } from '#shared/domain/money.ts'
import type { Kernel } from '#shared/infrastructure/kernel.ts'
import { uuidv7 } from '#shared/infrastructure/uuid.ts'
import { openKernel } from '../../shared/tests/open-kernel.ts'
import { violationsOf } from '../../shared/tests/rivals.ts'
import type { PaymentProvider } from '../application/provider.ts'
import type { PaymentRequest } from '../domain/request.ts'
import { invariants } from '../infrastructure/invariants.ts'
import { openSandbox } from '../infrastructure/providers/choose.ts'
import type { Deliver } from '../infrastructure/providers/sandbox-reports.ts'
import { assemble, payment } from '../service.ts'

export { refused } from '../../shared/tests/rivals.ts'

export const euro = (minorUnits: number): Money => Money.of(BigInt(minorUnits), 'EUR')

/** How long a provider is waited for in tests. */
export const waitMs = 400

interface Options {
  /** What becomes of the sandbox's reports; they arrive unless said otherwise. */
  deliver?: Deliver
  /** Stands between payment and its provider. */
  around?: (provider: PaymentProvider) => PaymentProvider
}

/** Payment on a database of its own, with the sandbox, and a clock that stands still until it is moved. */
export const openPayments = async (name: string, options: Options = {}) => {
  const { kernel: made, ...opened } = await openKernel(payment, name)
  const { call, clock, database } = opened
  const warnings: unknown[] = []
  const warn = (_: string, metadata: unknown) => void warnings.push(metadata)
  const kernel: Kernel = { ...made, log: { ...made.log, warn } }
  const { env, config } = kernel
  const arrive: Deliver = async (body, signature) => {
    const report = provider.report(body, { 'sandbox-signature': signature }, clock.now())
    if (report) await app.noteReport(report)
    return true
  }
  const parts = { env, config, database, clock, onReport: () => {} }
  const { provider, sendReports } = openSandbox(parts, options.deliver ?? arrive)
  const app = assemble(kernel, options.around?.(provider) ?? provider, waitMs)
  const never = new AbortController().signal
  const follow = () => app.followUp(never)
  const newPayer = async (token = 'tok_4242') => {
    const payerId = uuidv7()
    const { id: methodId } = await call(() => app.createPaymentMethod(payerId, token))
    return { payerId, methodId }
  }
  const request = async (token = 'tok_4242', more: Partial<PaymentRequest> = {}): Promise<PaymentRequest> => ({
    paymentId: uuidv7(),
    purpose: { kind: 'RESERVATION', id: uuidv7() },
    amount: euro(5000),
    description: 'Two seats',
    ...(await newPayer(token)),
    ...more,
  })
  const initiate = (what: PaymentRequest) => call(() => app.initiatePayment(what))
  return {
    ...opened,
    app,
    provider,
    webhookSecret: createHmac('sha256', config.masterKey).update('payment sandbox reports').digest('hex'),
    kernel,
    /** What was logged that is not as it should be. */
    warnings,
    /** Sends what the sandbox has to report. */
    report: () => sendReports(never),
    follow,
    /** Lets time pass, and what is due then be done. */
    pass: async (ms: number) => {
      clock.advance(ms)
      await follow()
    },
    newPayer,
    request,
    initiate,
    /** A payment by a card, as it stands when the rpc is answered. */
    pay: async (token = 'tok_4242', more: Partial<PaymentRequest> = {}) => initiate(await request(token, more)),
    get: (id: string) => app.getPayment(id),
    refund: (id: string, more: { refundId?: string; amount?: Money; reason?: string } = {}) => {
      const { refundId = uuidv7(), amount, reason = 'EVENT_CANCELLED' } = more
      return call(() => app.refundPayment(id, { refundId, amount, reason }))
    },
    cancel: (id: string) => call(() => app.cancelPayment(id)),
    confirm: (payerId: string, id: string) => call(() => app.confirmPayment(payerId, id)),
    sql: (text: string, ...values: unknown[]) => database.sql(text, ...values),
    /** How often the sandbox moved the money of a purpose. */
    timesCharged: async (purposeId: string): Promise<number> => {
      const [row] = await database.sql<{ n: number }>(
        `select count(*) as n from sandbox_charges where status = 'SUCCEEDED' and reference like '%' || $1`,
        purposeId,
      )
      return row?.n ?? 0
    },
    violations: () => violationsOf(database, invariants),
  }
}

export type TestPayments = Awaited<ReturnType<typeof openPayments>>
