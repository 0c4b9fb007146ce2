import { createClient } from '@connectrpc/connect'
import { SubscriptionStatus } from '#gen/troupe/subscription/v1/subscription_pb.ts'
import { CancelTime, SubscriptionService } from '#gen/troupe/subscription/v1/subscription_service_pb.ts'
import { UsageResource } from '#gen/troupe/subscription/v1/usage_pb.ts'
import { duration } from '../../../services/shared/domain/timestamp.ts'
import { eventually } from '../../mesh.ts'
import type { Fields } from '../call.ts'
import { ofService, type Recipe, type Recipes, type Scene } from './recipe.ts'

const own = ({ stage, person }: Scene) => createClient(SubscriptionService, stage.transport(person.token))
const operators = async ({ stage }: Scene) =>
  createClient(SubscriptionService, stage.transport(await stage.operatorToken()))
const services = async ({ stage }: Scene) =>
  createClient(SubscriptionService, stage.transport(await stage.tokenFor('service:story')))

const withTier = async (scene: Scene, tier: string): Promise<void> => {
  await (await operators(scene)).setTier({ userId: scene.person.id, tier })
}

const withCard = async (scene: Scene): Promise<void> => {
  await own(scene).setPaymentMethod({ token: 'tok_success' })
}

/** Somebody who pays and wants to no more. */
const newCancellation = async (scene: Scene): Promise<Fields> => {
  await withTier(scene, 'FREE')
  await withCard(scene)
  await own(scene).changeTier({ tier: 'SILVER' })
  await eventually(async () => (await own(scene).getSubscription({})).subscription?.tier === 'SILVER', 30_000)
  const { subscription } = await own(scene).cancelSubscription({ at: CancelTime.PERIOD_END })
  if (subscription?.status !== SubscriptionStatus.CANCELLED) throw new Error('it was not cancelled')
  return {}
}

/** Something that is far from its limit, and lapses when nobody looks any more: both would be told by themselves. */
const someUse = async (scene: Scene) => {
  await withTier(scene, 'GOLD')
  const [userId, key] = [scene.person.id, crypto.randomUUID()]
  return { userId, resource: UsageResource.FILMS, amount: 1, key, expiresIn: duration(86_400_000) }
}

const newReservation = async (scene: Scene): Promise<Fields> => {
  const asked = await someUse(scene)
  await (await services(scene)).reserveUsage(asked)
  return { key: asked.key }
}

/** An invoice that no process knows of. */
const newInvoice = async ({ stage, person }: Scene, status: 'OPEN' | 'PAID'): Promise<Fields> => {
  const invoiceId = crypto.randomUUID()
  await stage.databases.sql(
    'subscription',
    `insert into invoices (id, number, user_id, bill_id, purpose, lines, period_start, period_end, starts_period, total,
       credit_applied, issued_at, status, paid_at, attempts)
     values ($1, $2, $3, $4, 'RENEWAL', '[]', now(), now() + interval '1 day', false, 999, 0, now(), $5,
       case when $5 = 'PAID' then now() end, 0)`,
    invoiceId,
    // Of a year that none is counted in.
    `1-${Number.parseInt(invoiceId.slice(0, 7), 16)}`,
    person.id,
    crypto.randomUUID(),
    status,
  )
  return { invoiceId }
}

const openInvoice: Recipe = { fields: (scene) => newInvoice(scene, 'OPEN') }
/** What it changes decides whether it may be done again. */
const once = { isOnce: true, needsOwnPerson: true } as const

/** How to use subscriptions rightly. Ids in requests are those of users that operators and services name. */
export const subscriptionRecipes: Recipes = ofService('troupe.subscription.v1.SubscriptionService', {
  ListTiers: {},
  GetSubscription: {},
  PreviewChange: { fields: () => ({ tier: 'SILVER' }), needsOwnPerson: true },
  ChangeTier: {
    fields: async (scene) => {
      await withTier(scene, 'PLATINUM')
      await withCard(scene)
      return { tier: 'GOLD' }
    },
    ...once,
  },
  CancelSubscription: {
    fields: async (scene) => {
      await withTier(scene, 'GOLD')
      return { at: CancelTime.NOW }
    },
    ...once,
  },
  ResumeSubscription: { fields: newCancellation, ...once },
  SetPaymentMethod: { fields: () => ({ token: 'tok_success' }), ids: { token: 'open' } },
  ListInvoices: {},
  ListCredits: {},
  GetUsage: {},
  GetUserSubscription: { fields: ({ person }) => ({ userId: person.id }) },
  ListUserInvoices: { fields: ({ person }) => ({ userId: person.id }) },
  ListUserCredits: { fields: ({ person }) => ({ userId: person.id }) },
  SetTier: { fields: ({ person }) => ({ userId: person.id, tier: 'GOLD' }), needsOwnPerson: true },
  GrantCredit: { fields: ({ person }) => ({ userId: person.id, minorUnits: 100n, currency: 'USD' }) },
  ReserveUsage: { fields: someUse, needsOwnPerson: true },
  ReleaseUsage: { fields: newReservation, needsOwnPerson: true },
  IssueInvoice: { fields: ({ person }) => ({ userId: person.id, billId: crypto.randomUUID() }) },
  ChargeInvoice: { fields: async (scene) => ({ ...(await newInvoice(scene, 'OPEN')), attempt: 1 }) },
  SettleInvoice: { fields: (scene) => newInvoice(scene, 'PAID') },
  VoidInvoice: openInvoice,
  SuspendSubscription: openInvoice,
  ExpireSubscription: openInvoice,
})
