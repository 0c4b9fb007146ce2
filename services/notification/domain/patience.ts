import { isUrgent } from './kinds.ts'

const secondMs = 1000
const minuteMs = 60 * secondMs
const hourMs = 60 * minuteMs

const firstPauseMs = 2 * secondMs
const longestWishMs = 6 * hourMs
const longestHoldMs = 10 * minuteMs

/** Both end after about a day; what is urgent goes out soon after a provider is back. */
const patience = {
  urgent: { longestPauseMs: 15 * minuteMs, mostTries: 105 },
  other: { longestPauseMs: 2 * hourMs, mostTries: 24 },
} as const

type About = Parameters<typeof isUrgent>[0]

const patienceWith = (about: About) => (isUrgent(about) ? patience.urgent : patience.other)

const growing = (times: number, longestMs: number): number => Math.min(firstPauseMs * 2 ** times, longestMs)

/** How many tries that a provider did not take end a message. */
export const mostTries = (about: About): number => patienceWith(about).mostTries

/** How long a message is left alone after so many such tries; a provider's own wish counts up to six hours. */
export const pauseAfterTry = (about: About, tries: number, wishedMs = 0): number =>
  Math.max(Math.min(wishedMs, longestWishMs), growing(tries, patienceWith(about).longestPauseMs))

/** How long a message is left alone when it was held up so often by what is no fault of its own or its provider's. */
export const pauseAfterSetback = (setbacks: number): number => growing(setbacks, longestHoldMs)
