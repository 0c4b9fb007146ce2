import type { Random } from '../../random.ts'

/** Test cards of the sandbox's, and how many of a hundred buyers pay with them first. */
const cards = [
  { token: 'tok_4242', share: 56 },
  { token: 'tok_0002', share: 12 },
  { token: 'tok_declined_once', share: 6 },
  // The money moves and the answer is lost, or takes longer than anybody waits.
  { token: 'tok_0119', share: 8 },
  { token: 'tok_0341', share: 4 },
  { token: 'tok_slow', share: 4 },
  // Wants to be confirmed.
  { token: 'tok_3220', share: 10 },
] as const

export const goodCard = 'tok_4242'

export const someCard = (random: Random): string => {
  let left = random.int(0, 99)
  for (const { token, share } of cards) {
    if (left < share) return token
    left -= share
  }
  return goodCard
}
