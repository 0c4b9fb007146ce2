import type { ScenePlan } from '../../domain/scene-plan.ts'

/** The place of the last of some things that have begun at a time, −1 before the first. */
export const lastBegun = (things: readonly { startMs: number }[], ms: number): number => {
  let [low, high] = [0, things.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((things[middle]?.startMs ?? 0) <= ms) low = middle + 1
    else high = middle
  }
  return low - 1
}

/** Syllables a second. */
const pace = 4.4

/** How far the mouth of a figure is open at a time: it opens and closes with every syllable of the words it says. */
export const mouthsOf = ({ speech }: ScenePlan) => {
  const spoken = Map.groupBy(speech, ({ figure }) => figure)
  return (figure: number, ms: number): number => {
    const words = spoken.get(figure)
    const word = words?.[lastBegun(words, ms)]
    if (!word || ms >= word.endMs) return 0
    const [said, left] = [(ms - word.startMs) / 1000, (word.endMs - ms) / 1000]
    const edge = Math.min(1, (said + 0.03) / 0.07, (left + 0.03) / 0.07)
    return edge * (0.25 + 0.75 * Math.abs(Math.sin(said * Math.PI * pace + 0.5)))
  }
}

export const smooth = (share: number): number => {
  const bounded = Math.max(0, Math.min(1, share))
  return bounded * bounded * (3 - 2 * bounded)
}

/** From 0 up to 1 in so many milliseconds behind a time, and down before another. */
export const shownBetween = (ms: number, fromMs: number, toMs: number, fadeMs: number): number =>
  Math.max(0, Math.min(1, (ms - fromMs) / fadeMs, (toMs - ms) / fadeMs))
