import { createHmac } from 'node:crypto'
import type { Clock } from '#shared/domain/clock.ts'
import type { MeshConfig } from '#shared/infrastructure/config.ts'
import type { Database } from '#shared/infrastructure/database.ts'
import type { EnvReader } from '#shared/infrastructure/env-reader.ts'
import type { PaymentProvider } from '../../application/provider.ts'
import { createSandbox } from './sandbox.ts'
import { createReportSender, type Deliver, deliverTo } from './sandbox-reports.ts'

const prefix = 'TROUPE_PAYMENT_'

interface Parts {
  env: EnvReader
  config: Pick<MeshConfig, 'masterKey' | 'port'>
  database: Database
  clock: Clock
  /** What is to be reported came about. */
  onReport: () => void
}

interface Chosen {
  provider: PaymentProvider
  /** Only of the sandbox: sends what it has to report. */
  sendReports?: (signal: AbortSignal) => Promise<void>
}

/** The sandbox, which reports to TROUPE_PAYMENT_SANDBOX_WEBHOOK_URL: to this process unless it is set. */
export const openSandbox = ({ env, config, database, clock, onReport }: Parts, deliver?: Deliver): Required<Chosen> => {
  const secret = createHmac('sha256', config.masterKey).update('payment sandbox reports').digest('hex')
  const here = `http://127.0.0.1:${config.port}/webhooks/payments/sandbox`
  const url = env.url(`${prefix}SANDBOX_WEBHOOK_URL`, ['http', 'https'], here)
  const parts = { database, clock, secret }
  return {
    provider: createSandbox(parts, onReport),
    sendReports: createReportSender(parts, deliver ?? deliverTo(url)),
  }
}

const stripeOf = async (env: EnvReader, timeoutMs: number): Promise<PaymentProvider | undefined> => {
  const needed = (name: string): string => {
    const value = env.optional(prefix + name)
    if (value === undefined) env.problem(`${prefix}${name} is missing: ${prefix}PROVIDER=stripe needs it`)
    return value ?? ''
  }
  const [apiKey, webhookSecret] = [needed('STRIPE_API_KEY'), needed('STRIPE_WEBHOOK_SECRET')]
  const baseUrl = env.url(`${prefix}STRIPE_URL`, ['https', 'http'], 'https://api.stripe.com')
  if (!apiKey || !webhookSecret || !URL.canParse(baseUrl)) return undefined
  // Its SDK is large, and loaded by whoever uses it.
  const { createStripe } = await import('./stripe.ts')
  return createStripe({ apiKey, webhookSecret, baseUrl, timeoutMs })
}

/**
 * The provider that TROUPE_PAYMENT_PROVIDER names: the sandbox unless it is set. Missing and bad settings are noted as
 * problems of `env`, and keep the process from starting.
 */
export const chooseProvider = async (parts: Parts): Promise<Chosen> => {
  const { env } = parts
  const name = env.oneOf(`${prefix}PROVIDER`, ['sandbox', 'stripe'], 'sandbox')
  const stripe = name === 'stripe' ? await stripeOf(env, readWaitMs(env)) : undefined
  return stripe ? { provider: stripe } : openSandbox(parts)
}

/** How long a provider is waited for. */
export const readWaitMs = (env: EnvReader): number => env.integer(`${prefix}WAIT_MS`, 3000, { min: 100, max: 10_000 })
