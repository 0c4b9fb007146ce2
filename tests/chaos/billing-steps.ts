import { createClient } from '@connectrpc/connect'
import { IdentityService } from '#gen/troupe/identity/v1/identity_service_pb.ts'
import { MeshService } from '#gen/troupe/mesh/v1/mesh_service_pb.ts'
import { type Invoice, InvoiceStatus } from '#gen/troupe/subscription/v1/invoice_pb.ts'
import { SubscriptionStatus } from '#gen/troupe/subscription/v1/subscription_pb.ts'
import { CancelTime, SubscriptionService } from '#gen/troupe/subscription/v1/subscription_service_pb.ts'
import { dateOf, duration } from '../../services/shared/domain/timestamp.ts'
import { eventually, type TestMesh, type TestUser } from '../mesh.ts'
import type { Part } from './part.ts'
import { answered, patienceMs, slipOf, times } from './slip.ts'

const dayMs = 86_400_000

// Before a commit is as good as after the one before it. A life that ended without notice costs some seconds, after
// which others may take over what it was at.
/** Every commit, call and charge of an upgrade. */
export const upgradePoints: readonly string[] = [
  ...times('commit:after', 8),
  ...times('command:before', 3),
  ...times('command:after', 3),
  ...['charge:before#1', 'charge:after#1'],
]

/** Every commit and charge of a renewal. */
export const renewalPoints: readonly string[] = [...times('commit:after', 8), 'charge:before#1', 'charge:after#1']

/** Every charge of who is suspended, and has a card that works then. */
export const recoveryPoints: readonly string[] = ['charge:before#1', 'charge:after#1', 'commit:after#3']

/** Every call of a dunning. */
export const dunningPoints: readonly string[] = times('command:after', 7)

const nameOf = (values: Readonly<Record<string, number>>, value: number | undefined): string =>
  Object.entries(values).find(([, each]) => each === value)?.[0] ?? 'none'

const invoiceText = ({ status, attempts }: Invoice): string =>
  `invoice ${nameOf(InvoiceStatus, status)} after ${attempts}`

/**
 * Kills the process that bills, or the one that charges, at points of its way, once at each, and looks at what its
 * customer has in the end.
 * Each function returns what is not as it should be; nothing is well.
 */
export const billingSteps = (mesh: TestMesh, billing: Part, charging: Part) => {
  let slip = slipOf(billing)
  const arm = (point: string): Promise<void> => {
    slip = slipOf(point.startsWith('charge:') ? charging : billing)
    return slip.arm(point)
  }
  const subscriptions = async ({ email, password }: TestUser) => {
    const { tokens } = await createClient(IdentityService, mesh.transport()).login({ email, password })
    return createClient(SubscriptionService, mesh.transport(tokens?.accessToken))
  }
  const present = async (user: TestUser) =>
    (await answered(async () => (await subscriptions(user)).getSubscription({}))).subscription
  const invoicesOf = async (user: TestUser) =>
    (await answered(async () => (await subscriptions(user)).listInvoices({}))).invoices
  const pay = (user: TestUser, token: string) =>
    answered(async () => (await subscriptions(user)).setPaymentMethod({ token }))
  /** Lets days pass, once though it is asked for again. */
  const pass = async (days: number): Promise<void> => {
    let until: number | undefined
    await answered(async () => {
      const operator = createClient(MeshService, await mesh.operator())
      const { now } = await operator.advanceClock({ by: duration(1) }, { timeoutMs: 60_000 })
      const at = dateOf(now)?.getTime() ?? 0
      until ??= at + days * dayMs
      if (at < until) await operator.advanceClock({ by: duration(until - at) }, { timeoutMs: 60_000 })
    })
  }
  const pickSilver = async (user: TestUser) => {
    const headers = { 'idempotency-key': crypto.randomUUID() }
    await answered(async () => (await subscriptions(user)).changeTier({ tier: 'SILVER' }, { headers }))
    await eventually(async () => (await present(user))?.tier === 'SILVER', patienceMs)
  }

  /** What somebody has, and how their newest invoice ended, against what it should be. */
  const compare = async (user: TestUser, wanted: readonly string[]): Promise<string[]> => {
    const died = await slip.end()
    const { tier = 'none', status, requestedTier } = (await present(user)) ?? {}
    const found = [
      ...(died ? [] : ['did not die there']),
      `${tier} ${nameOf(SubscriptionStatus, status)}${requestedTier && `, wants ${requestedTier}`}`,
      ...(await invoicesOf(user)).map(invoiceText),
    ]
    // Else it is renewed while others are looked at.
    if (tier !== 'FREE') {
      const headers = { 'idempotency-key': crypto.randomUUID() }
      await answered(async () => (await subscriptions(user)).cancelSubscription({ at: CancelTime.NOW }, { headers }))
    }
    return found.join(', ') === wanted.join(', ') ? [] : [`${found.join(', ')}; not ${wanted.join(', ')}`]
  }
  return {
    /** An upgrade is paid once, and given. */
    upgrade: async (point: string): Promise<string[]> => {
      const user = await mesh.newUser('Buyer')
      await pay(user, 'tok_success')
      await arm(point)
      await pickSilver(user)
      return compare(user, ['SILVER ACTIVE', 'invoice PAID after 1'])
    },
    /** A renewal is invoiced once, paid once, and given. */
    renewal: async (point: string): Promise<string[]> => {
      const user = await mesh.newUser('Subscriber')
      await pay(user, 'tok_success')
      await pickSilver(user)
      await arm(point)
      await pass(32)
      return compare(user, ['SILVER ACTIVE', 'invoice PAID after 1', 'invoice PAID after 1'])
    },
    /** Who is suspended and has a card that works then is charged with it once, and goes on. */
    recovery: async (point: string): Promise<string[]> => {
      const user = await mesh.newUser('Late Payer')
      await pay(user, 'tok_success')
      await pickSilver(user)
      await pay(user, 'tok_declined')
      for (const days of [32, 8]) await pass(days)
      await eventually(async () => (await present(user))?.status === SubscriptionStatus.SUSPENDED, patienceMs)
      await arm(point)
      await pay(user, 'tok_success')
      await eventually(async () => (await present(user))?.status === SubscriptionStatus.ACTIVE, patienceMs)
      return compare(user, ['SILVER ACTIVE', 'invoice PAID after 5', 'invoice PAID after 1'])
    },
    /** A renewal that fails for good is charged four times, then given up; all goes on as FREE. */
    dunning: async (point: string): Promise<string[]> => {
      const user = await mesh.newUser('Debtor')
      await pay(user, 'tok_success')
      await pickSilver(user)
      await pay(user, 'tok_declined')
      await arm(point)
      // The renewal, its retries and the end, one after another; the last step is beyond them all.
      for (let days = 0; days < 60; days += 10) await pass(10)
      return compare(user, ['FREE ACTIVE', 'invoice VOID after 4', 'invoice PAID after 1'])
    },
    /** What the mesh's own invariants find. */
    violations: async (): Promise<string[]> => {
      const operator = createClient(MeshService, await mesh.operator())
      const { results } = await answered(() => operator.checkInvariants({ contexts: ['payment', 'subscription'] }))
      if (results.length <= 15) return [`only ${results.length} invariants of payment and subscription are checked`]
      return results.flatMap(({ violations }) => violations)
    },
  }
}
