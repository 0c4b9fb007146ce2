import type { Tier } from '../domain/tier.ts'
import { eraseSubscriber, openSubscription } from './accounts.ts'
import {
  chargeInvoice,
  expireSubscription,
  issueInvoice,
  settleInvoice,
  suspendSubscription,
  voidInvoice,
} from './bill.ts'
import {
  cancelSubscription,
  changeTier,
  getSubscription,
  getUserSubscription,
  grantCredit,
  previewChange,
  resumeSubscription,
  setPaymentMethod,
  setTier,
} from './change-subscription.ts'
import { commitUsage, releaseUsage } from './commit-usage.ts'
import { listCredits } from './credit.ts'
import { announceUsage, lapseReservations } from './follow-usage.ts'
import { getUsage } from './get-usage.ts'
import { listInvoices } from './invoices.ts'
import type { Ports } from './ports.ts'
import { reserveUsage } from './reserve-usage.ts'

/** Everything subscription can do. */
export const createSubscriptionApp = (ports: Ports) => ({
  listTiers: (): Promise<readonly Tier[]> => ports.tiers.all(),
  getSubscription: getSubscription(ports),
  getUserSubscription: getUserSubscription(ports),
  previewChange: previewChange(ports),
  changeTier: changeTier(ports),
  cancelSubscription: cancelSubscription(ports),
  resumeSubscription: resumeSubscription(ports),
  setPaymentMethod: setPaymentMethod(ports),
  listInvoices: listInvoices(ports),
  listCredits: listCredits(ports),
  getUsage: getUsage(ports),
  setTier: setTier(ports),
  grantCredit: grantCredit(ports),
  reserveUsage: reserveUsage(ports),
  releaseUsage: releaseUsage(ports),
  commitUsage: commitUsage(ports),
  lapseReservations: lapseReservations(ports),
  announceUsage: announceUsage(ports),
  issueInvoice: issueInvoice(ports),
  chargeInvoice: chargeInvoice(ports),
  settleInvoice: settleInvoice(ports),
  voidInvoice: voidInvoice(ports),
  suspendSubscription: suspendSubscription(ports),
  expireSubscription: expireSubscription(ports),
  openSubscription: openSubscription(ports),
  eraseSubscriber: eraseSubscriber(ports),
})

export type SubscriptionApp = ReturnType<typeof createSubscriptionApp>
