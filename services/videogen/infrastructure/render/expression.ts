import type { Mood } from '../../domain/scene-palette.ts'

/** What a face shows. */
export interface Expression {
  /** From −1 (corners down) to 1. */
  smile: number
  /** From −1 (raised inside: sorrow, fear) to 1 (drawn down: anger). */
  brow: number
  /** How far the eyes are open; 1 is usual. */
  eyes: number
  blush: number
  tears: boolean
  /** From −1 (hangs) to 1 (held high). */
  head: number
  /** How high the arms are, from 0 to 1. */
  arms: number
}

const calm: Expression = { smile: 0.25, brow: -0.1, eyes: 1, blush: 0.25, tears: false, head: 0, arms: 0.1 }

const strongest: Readonly<Record<string, Expression>> = {
  joy: { ...calm, smile: 1, brow: -0.25, eyes: 0.85, blush: 0.8, head: 0.5, arms: 0.75 },
  sadness: { ...calm, smile: -0.85, brow: -1, eyes: 0.72, tears: true, head: -0.9, arms: 0 },
  anger: { ...calm, smile: -0.7, brow: 1, eyes: 0.85, blush: 0.6, head: -0.1, arms: 0.6 },
  fear: { ...calm, smile: -0.6, brow: -0.95, eyes: 1.4, blush: 0, head: -0.2, arms: 0.85 },
  surprise: { ...calm, smile: 0.1, brow: -0.6, eyes: 1.5, head: 0.3, arms: 0.7 },
  love: { ...calm, smile: 0.8, brow: -0.35, eyes: 0.8, blush: 1, head: 0.2, arms: 0.3 },
  disgust: { ...calm, smile: -0.8, brow: 0.55, eyes: 0.6, head: 0.2, arms: 0.3 },
  hope: { ...calm, smile: 0.6, brow: -0.5, eyes: 1.15, blush: 0.5, head: 0.6, arms: 0.3 },
  pride: { ...calm, smile: 0.6, brow: 0.15, eyes: 0.75, head: 0.9, arms: 0.15 },
  shame: { ...calm, smile: -0.5, brow: -0.8, eyes: 0.6, blush: 1, head: -0.9, arms: 0 },
  loneliness: { ...calm, smile: -0.6, brow: -0.8, eyes: 0.8, head: -0.6, arms: 0 },
  relief: { ...calm, smile: 0.6, brow: -0.3, eyes: 0.65, head: 0.1, arms: 0.1 },
  calm: { ...calm, smile: 0.4, eyes: 0.85 },
  curiosity: { ...calm, smile: 0.3, brow: -0.4, eyes: 1.2, head: 0.3, arms: 0.3 },
  envy: { ...calm, smile: -0.4, brow: 0.6, eyes: 0.65, head: -0.1, arms: 0.2 },
}

/** How a feeling shows; a faint one still shows by half. */
export const expressionOf = ({ emotion, strength }: Mood): Expression => {
  const full = strongest[emotion]
  if (!full) return calm
  const share = 0.5 + 0.5 * strength
  const eased = (key: 'smile' | 'brow' | 'eyes' | 'blush' | 'head' | 'arms') =>
    calm[key] + (full[key] - calm[key]) * share
  return {
    ...{ smile: eased('smile'), brow: eased('brow'), eyes: eased('eyes'), blush: eased('blush'), head: eased('head') },
    ...{ arms: eased('arms'), tears: full.tears && strength >= 0.5 },
  }
}
