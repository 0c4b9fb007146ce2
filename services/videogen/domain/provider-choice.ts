import { type DomainError, precondition } from '#shared/domain/errors.ts'
import type { Configuration, ProviderName } from './job-parts.ts'

/** What is known of somebody who makes films. */
export interface Offer {
  name: ProviderName
  isHealthy: boolean
  /** How many wait there. */
  queue: number
  takesStyle: boolean
  /** Of a clip; 0 for whoever makes none. */
  clipSeconds: number
  clipMicros: number
}

/** Somebody who can make a film, and for how much. */
export interface Candidate {
  name: ProviderName
  clips: number
  clipMicros: number
  costMicros: number
}

/** How many clips a film of a length is made of: no more than fill it, and than are wanted. */
export const clipCount = (durationMs: number, clipSeconds: number, most: number): number =>
  clipSeconds === 0 ? 0 : Math.max(1, Math.min(most, Math.ceil(durationMs / (clipSeconds * 1000))))

const byHealthAndPrice = (a: Offer & Candidate, b: Offer & Candidate): number =>
  Number(b.isHealthy) - Number(a.isHealthy) ||
  a.costMicros - b.costMicros ||
  a.queue - b.queue ||
  a.name.localeCompare(b.name)

/**
 * Who makes a film, best first: whoever can, within the cost; the healthy before the others, then by price, then by queue.
 * Whom its owner names is the only one. Throws PROVIDER_NOT_CONFIGURED, NO_PROVIDER, COST_TOO_HIGH.
 */
export const chooseProviders = (
  offers: readonly Offer[],
  { provider, style, maxClips, maxCostMicros }: Configuration,
  durationMs: number,
): Candidate[] => {
  const named = offers.filter(({ name }) => provider === '' || name === provider)
  if (named.length === 0) throw precondition('PROVIDER_NOT_CONFIGURED', `${provider} is not set up here`)
  const able = named
    .filter(({ takesStyle }) => style === '' || takesStyle)
    .map((offer) => {
      const clips = clipCount(durationMs, offer.clipSeconds, maxClips)
      return { ...offer, clips, costMicros: clips * offer.clipMicros }
    })
  if (able.length === 0) throw noProvider()
  const payable = able.filter(({ costMicros }) => maxCostMicros === 0 || costMicros <= maxCostMicros)
  if (payable.length === 0) throw costTooHigh(Math.min(...able.map(({ costMicros }) => costMicros)))
  return payable
    .toSorted(byHealthAndPrice)
    .map(({ name, clips, clipMicros, costMicros }) => ({ name, clips, clipMicros, costMicros }))
}

const costTooHigh = (leastMicros: number): DomainError =>
  precondition('COST_TOO_HIGH', `it would cost at least ${leastMicros} millionths of a dollar`)

/** Those who make a number of clips, planned for one of them, within the cost, too. Throws COST_TOO_HIGH. */
export const withinCost = <T extends Candidate>(candidates: readonly T[], clips: number, maxMicros: number): T[] => {
  const payable = candidates.filter(({ clipMicros }) => maxMicros === 0 || clips * clipMicros <= maxMicros)
  if (payable.length === 0) throw costTooHigh(clips * Math.min(...candidates.map(({ clipMicros }) => clipMicros)))
  return payable
}

const noProvider = (): DomainError =>
  precondition('NO_PROVIDER', 'nobody who is set up here can make such a film; drawn ones take no style')
