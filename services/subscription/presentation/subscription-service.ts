import type { ServiceImpl } from '@connectrpc/connect'
import {
  CancelTime,
  ChargeOutcome,
  type SubscriptionService,
} from '#gen/troupe/subscription/v1/subscription_service_pb.ts'
import { UsageResource } from '#gen/troupe/subscription/v1/usage_pb.ts'
import type { Clock } from '#shared/domain/clock.ts'
import { Money } from '#shared/domain/money.ts'
import { milliseconds } from '#shared/domain/timestamp.ts'
import { caller } from '#shared/presentation/gate.ts'
import type { SubscriptionApp } from '../application/app.ts'
import { type UsageResource as Resource, usageResources } from '../domain/tier.ts'
import { reservationMs } from '../domain/usage.ts'
import {
  toCreditEntry,
  toGrantedCreditEntry,
  toInvoice,
  toPreview,
  toSubscription,
  toTier,
  toUsage,
} from './to-proto.ts'

type Rpcs = ServiceImpl<typeof SubscriptionService>

// Validation lets no other in.
const resourceOf = (told: UsageResource): Resource =>
  usageResources.find((resource) => UsageResource[resource] === told) as Resource

const forUsers = (app: SubscriptionApp, clock: Clock) =>
  ({
    listTiers: async () => ({ tiers: (await app.listTiers()).map(toTier) }),
    getSubscription: async (_, context) => ({
      subscription: toSubscription(await app.getSubscription(caller(context)), clock.now()),
    }),
    previewChange: async ({ tier }, context) => toPreview(await app.previewChange(caller(context), tier)),
    changeTier: async ({ tier }, context) => ({
      subscription: toSubscription(await app.changeTier(caller(context), tier), clock.now()),
    }),
    cancelSubscription: async ({ at }, context) => ({
      subscription: toSubscription(await app.cancelSubscription(caller(context), at === CancelTime.NOW), clock.now()),
    }),
    resumeSubscription: async (_, context) => ({
      subscription: toSubscription(await app.resumeSubscription(caller(context)), clock.now()),
    }),
    setPaymentMethod: async ({ token }, context) => ({
      subscription: toSubscription(await app.setPaymentMethod(caller(context), token), clock.now()),
    }),
    listInvoices: async (page, context) => {
      const { items, nextPageToken } = await app.listInvoices(caller(context), page)
      return { invoices: items.map(toInvoice), nextPageToken }
    },
    listCredits: async (page, context) => {
      const { items, nextPageToken } = await app.listCredits(caller(context), page)
      return { credits: items.map(toCreditEntry), nextPageToken }
    },
    getUsage: async (_, context) => ({ usage: (await app.getUsage(caller(context))).map(toUsage) }),
  }) satisfies Partial<Rpcs>

const forOperators = (app: SubscriptionApp, clock: Clock) =>
  ({
    getUserSubscription: async ({ userId }) => ({
      subscription: toSubscription(await app.getUserSubscription(userId), clock.now()),
      usage: (await app.getUsage(userId)).map(toUsage),
    }),
    listUserInvoices: async ({ userId, ...page }) => {
      const { items, nextPageToken } = await app.listInvoices(userId, page)
      return { invoices: items.map(toInvoice), nextPageToken }
    },
    listUserCredits: async ({ userId, ...page }) => {
      const { items, nextPageToken } = await app.listCredits(userId, page)
      return { credits: items.map(toGrantedCreditEntry), nextPageToken }
    },
    setTier: async ({ userId, tier }) => ({
      subscription: toSubscription(await app.setTier(userId, tier), clock.now()),
    }),
    grantCredit: async ({ userId, minorUnits, currency }) => ({
      subscription: toSubscription(await app.grantCredit(userId, Money.of(minorUnits, currency)), clock.now()),
    }),
  }) satisfies Partial<Rpcs>

const forServices = (app: SubscriptionApp) =>
  ({
    reserveUsage: async ({ userId, resource, amount, key, expiresIn }) => ({
      isUnlimited: await app.reserveUsage({
        userId,
        resource: resourceOf(resource),
        amount: amount || 1,
        key,
        expiresInMs: expiresIn ? milliseconds(expiresIn) : reservationMs,
      }),
    }),
    releaseUsage: async ({ key }) => {
      await app.releaseUsage(key)
      return {}
    },
  }) satisfies Partial<Rpcs>

const forBilling = (app: SubscriptionApp) =>
  ({
    issueInvoice: async ({ userId, billId }) => {
      const invoice = await app.issueInvoice(userId, billId)
      return invoice ? { invoiceId: invoice.id, isPaid: invoice.status === 'PAID' } : {}
    },
    chargeInvoice: async ({ invoiceId, attempt }) => ({
      outcome: ChargeOutcome[await app.chargeInvoice(invoiceId, attempt)],
    }),
    settleInvoice: async ({ invoiceId }) => {
      await app.settleInvoice(invoiceId)
      return {}
    },
    voidInvoice: async ({ invoiceId }) => {
      await app.voidInvoice(invoiceId)
      return {}
    },
    suspendSubscription: async ({ invoiceId }) => {
      await app.suspendSubscription(invoiceId)
      return {}
    },
    expireSubscription: async ({ invoiceId }) => {
      await app.expireSubscription(invoiceId)
      return {}
    },
  }) satisfies Partial<Rpcs>

/** Answers SubscriptionService. */
export const subscriptionService = (app: SubscriptionApp, clock: Clock): Rpcs => ({
  ...forUsers(app, clock),
  ...forOperators(app, clock),
  ...forServices(app),
  ...forBilling(app),
})
