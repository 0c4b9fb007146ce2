import { precondition } from '#shared/domain/errors.ts'
import type { Run } from '../domain/narration-parts.ts'
import { charactersOf, thousandsOf } from '../domain/speech.ts'
import type { Ports } from './ports.ts'
import type { CastSegment } from './segment-ports.ts'

/** As much as can be reserved at once. */
const mostThousands = 1000

/**
 * What is to be said and what that costs: only what was not said before, each thing once. It is set aside of the quota
 * before anybody is asked. Throws LIMIT_REACHED, NARRATION_TOO_LONG.
 */
export const planRun = async (
  { speeches, engines, quota, ids }: Pick<Ports, 'speeches' | 'engines' | 'quota' | 'ids'>,
  userId: string,
  segments: readonly CastSegment[],
  total = segments.length,
): Promise<Run> => {
  const byKey = new Map(segments.map(({ key, speech }) => [key, speech]))
  const ready = await speeches.ready(userId, [...byKey.keys()])
  await speeches.touch(userId, [...ready])
  const unsaid = [...byKey].filter(([key]) => !ready.has(key)).map(([, speech]) => speech)
  const paid = unsaid.filter(({ engine }) => engines.get(engine).isPaid)
  const paidCharacters = paid.reduce((sum, speech) => sum + charactersOf(speech), 0)
  const costMicros = paid.reduce(
    (sum, speech) => sum + charactersOf(speech) * engines.get(speech.engine).microsPerCharacter,
    0,
  )
  const cost = { paidCharacters, costMicros: Math.round(costMicros) }
  const run = { id: ids.next(), segments: total, ...cost, usageKey: '', publishingId: '' }
  const thousands = thousandsOf(paidCharacters)
  if (thousands === 0) return run
  if (thousands > mostThousands)
    throw precondition('NARRATION_TOO_LONG', 'a story may have at most a million characters that are paid for')
  const usageKey = ids.next()
  await quota.reserveSpeech(userId, usageKey, thousands)
  return { ...run, usageKey }
}
