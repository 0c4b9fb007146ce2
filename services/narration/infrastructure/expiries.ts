import type { Expiry } from '#shared/infrastructure/janitor.ts'

const day = 24 * 60 * 60_000

/** Speech that no narration uses, once nobody has asked for it in a season; its sound is swept then. */
export const expiries: readonly Expiry[] = [
  {
    table: 'speeches',
    key: 'owner_id, speech_key',
    column: 'used_at',
    keepMs: 90 * day,
    // Of what may have been paid for, somebody is to decide.
    where: `state in ('ready', 'failed') and not exists (
      select from narration_segments s join narrations n on n.id = s.narration_id
      where s.speech_key = speeches.speech_key and n.user_id = speeches.owner_id)`,
  },
  // No publication waits that long.
  { table: 'publishings', key: 'publishing_id', column: 'noted_at', keepMs: 90 * day },
]
