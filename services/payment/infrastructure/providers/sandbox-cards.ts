/** What a test card does. */
export interface TestCard {
  brand: string
  last4: string
  /** Why it is declined; always, unless only the first time of what is paid for. */
  declines?: string
  isDeclinedOnce?: boolean
  needsAction?: boolean
  /** The money moves, and the answer is lost. */
  losesAnswers?: boolean
  /** The answer takes longer than anybody waits. */
  hangs?: boolean
  /** How long the answer takes otherwise, in milliseconds. */
  slowMs?: number
  refusesRefunds?: boolean
}

const visa = (last4: string, more: Omit<TestCard, 'brand' | 'last4'> = {}): TestCard => ({
  brand: 'visa',
  last4,
  ...more,
})

/** Test cards by token: `tok_` and the last four digits, or a word. */
const cards: Readonly<Record<string, TestCard>> = {
  tok_4242: visa('4242'),
  tok_0002: visa('0002', { declines: 'CARD_DECLINED' }),
  tok_9995: visa('9995', { declines: 'INSUFFICIENT_FUNDS' }),
  tok_3220: visa('3220', { needsAction: true }),
  tok_0119: visa('0119', { losesAnswers: true }),
  tok_0341: visa('0341', { hangs: true }),
  tok_0051: visa('0051', { refusesRefunds: true }),
  tok_success: visa('4242'),
  tok_declined: visa('0002', { declines: 'CARD_DECLINED' }),
  tok_declined_once: { brand: 'mastercard', last4: '0341', declines: 'CARD_DECLINED', isDeclinedOnce: true },
  tok_answer_lost: { brand: 'mastercard', last4: '4444', losesAnswers: true },
  tok_slow: { brand: 'amex', last4: '0005', slowMs: 2000 },
}

/** Undefined for a token that stands for no card. */
export const cardOf = (token: string): TestCard | undefined => (Object.hasOwn(cards, token) ? cards[token] : undefined)
