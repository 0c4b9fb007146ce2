import { placeOf, textValue } from '#shared/application/page-values.ts'
import { pageOf } from '#shared/application/paging.ts'
import type { Kernel } from '#shared/infrastructure/kernel.ts'
import { keepLiving } from '#shared/infrastructure/personal/living.ts'
import type { AuthorSettings, Lexicons, Settings } from '../application/ports.ts'
import { type Pronunciation, wordKey } from '../domain/lexicon.ts'

const columns = 'word, language, phonemes, respelling, word_key as "wordKey"'
type Row = Pronunciation & { wordKey: string; [column: string]: unknown }

/** How authors have words said, in Postgres. */
export const lexiconRepository = ({ unit, database }: Pick<Kernel, 'unit' | 'database'>): Lexicons => ({
  of: (ownerId) => database.sql<Row>(`select ${columns} from pronunciations where owner_id = $1`, ownerId),
  count: async (ownerId) => {
    const [row] = await database.sql<{ count: number }>(
      'select count(*) from pronunciations where owner_id = $1',
      ownerId,
    )
    return row?.count ?? 0
  },
  set: (ownerId, { word, language, phonemes, respelling }) => {
    keepLiving(unit(), ownerId)
    unit().write({
      sql: `insert into pronunciations (owner_id, language, word_key, word, phonemes, respelling)
        values ($1, $2, $3, $4, $5, $6) on conflict (owner_id, word_key, language)
        do update set word = excluded.word, phonemes = excluded.phonemes, respelling = excluded.respelling`,
      parameters: [ownerId, language, wordKey(word), word, phonemes, respelling],
    })
  },
  unset: (ownerId, word, language) =>
    unit().write({
      sql: 'delete from pronunciations where owner_id = $1 and word_key = $2 and language = $3',
      parameters: [ownerId, wordKey(word), language],
    }),
  list: async (ownerId, { size, token }) => {
    const [word, language] = placeOf(token, 2) ?? ['', '']
    const rows = await database.sql<Row>(
      `select ${columns} from pronunciations where owner_id = $1 and (word_key, language) > ($2, $3)
       order by word_key, language limit $4`,
      ownerId,
      textValue(word),
      textValue(language),
      size + 1,
    )
    return pageOf(rows, size, (row) => [row.wordKey, row.language])
  },
  forget: (ownerId) => unit().write({ sql: 'delete from pronunciations where owner_id = $1', parameters: [ownerId] }),
})

/** What authors want without asking for it, in Postgres. */
export const settingsRepository = ({ unit, database }: Pick<Kernel, 'unit' | 'database'>): Settings => ({
  of: async (ownerId) => {
    const [row] = await database.sql(
      `select narrate_when_analyzed as "narrateWhenAnalyzed", narrator_voice_id as "narratorVoiceId"
       from narration_settings where owner_id = $1`,
      ownerId,
    )
    return (row as AuthorSettings | undefined) ?? { narrateWhenAnalyzed: false, narratorVoiceId: '' }
  },
  set: (ownerId, { narrateWhenAnalyzed, narratorVoiceId }) => {
    keepLiving(unit(), ownerId)
    unit().write({
      sql: `insert into narration_settings (owner_id, narrate_when_analyzed, narrator_voice_id) values ($1, $2, $3)
        on conflict (owner_id) do update set narrate_when_analyzed = excluded.narrate_when_analyzed,
          narrator_voice_id = excluded.narrator_voice_id`,
      parameters: [ownerId, narrateWhenAnalyzed, narratorVoiceId],
    })
  },
  forget: (ownerId) =>
    unit().write({ sql: 'delete from narration_settings where owner_id = $1', parameters: [ownerId] }),
})
