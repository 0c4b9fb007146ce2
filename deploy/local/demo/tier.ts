import { setTimeout as sleep } from 'node:timers/promises'
import { ConnectError } from '@connectrpc/connect'
import { ErrorInfoSchema, QuotaFailureSchema } from '#gen/google/rpc/error_details_pb.ts'
import type { Money } from '#gen/troupe/mesh/v1/money_pb.ts'
import { SetupError } from '../setup-error.ts'
import type { Screen } from './screen.ts'
import type { Author } from './session.ts'

const card = 'tok_success'
const patienceMs = 30_000
const lookEveryMs = 100

/** An amount for people, e.g. `USD 9.99`. */
export const priceText = (money: Money | undefined): string =>
  money ? `${money.currency} ${(Number(money.minorUnits) / 100).toFixed(2)}` : ''

/** What a refusal says of a limit that is used up; undefined for any other error. */
export const limitText = (error: unknown): string | undefined => {
  const failure = ConnectError.from(error)
  if (failure.findDetails(ErrorInfoSchema)[0]?.reason !== 'LIMIT_REACHED') return undefined
  return failure.findDetails(QuotaFailureSchema)[0]?.violations[0]?.description ?? failure.rawMessage
}

/** Waits until the tier is there: it follows as soon as it is paid. */
const untilPaid = async ({ subscription }: Author, tier: string): Promise<void> => {
  const giveUp = performance.now() + patienceMs
  while (performance.now() < giveUp) {
    const { subscription: present } = await subscription.getSubscription({})
    if (present?.tier === tier) return
    if (!present?.requestedTier) throw new SetupError(`${tier} was not paid: ${present?.paymentProblem}`)
    await sleep(lookEveryMs)
  }
  throw new SetupError(`${tier} was not paid within ${patienceMs / 1000} s`)
}

/** Pays for the next dearer tier, with a test card. */
export const upgrade = async (screen: Screen, author: Author): Promise<void> => {
  const { subscription } = author
  const { tiers } = await subscription.listTiers({})
  const { subscription: present } = await subscription.getSubscription({})
  const next = tiers[tiers.findIndex(({ id }) => id === present?.tier) + 1]
  if (!next) throw new SetupError('there is no dearer tier')
  const { amountDue } = await subscription.previewChange({ tier: next.id })
  await subscription.setPaymentMethod({ token: card })
  await subscription.changeTier({ tier: next.id })
  await untilPaid(author, next.id)
  const { invoices } = await subscription.listInvoices({ pageSize: 1 })
  screen.say(`  ${next.name} for ${priceText(amountDue)}, paid by card ${card}: invoice ${invoices[0]?.number}`)
}
