import { onDatabase } from './database.ts'
import { sampleText } from './sample-story.ts'
import type { Bench } from './setting.ts'

const idPrefix = '01900000-0000-7000-8000-'
const authorPrefix = '01800000-0000-7000-8000-'

/** The id of the nth loaded story, from 1 on. */
export const storyId = (number: number): string => `${idPrefix}${number.toString(16).padStart(12, '0')}`

/** Whether an id is one of loaded stories. */
export const isLoaded = (id: string): boolean => id.startsWith(idPrefix)

const idOf = (prefix: string, number: string) => `('${prefix}' || lpad(to_hex(${number}), 12, '0'))::uuid`

/** The same in SQL, of an expression that is a whole number. */
export const storyIdSql = (number: string): string => idOf(idPrefix, number)

const author = idOf(authorPrefix, '1 + n % 1000')
const firstTime = '2026-01-01T00:00:00Z'
const time = `timestamptz '${firstTime}' + n * interval '1 second'`

/** When the nth loaded story was made. */
export const storyTime = (number: number): Date => new Date(new Date(firstTime).getTime() + number * 1000)

const customization = `'{"coverUrl": "", "accentColor": "", "defaultNarratorVoiceId": "", "shellLanguage": ""}'::jsonb`
const text = `'${sampleText}'`
const hash = `encode(sha256(convert_to(${text}, 'UTF8')), 'hex')`
const facts = `'public', 'fable', 'animals'`

/** Statements that load published stories, `from` excluded, `to` included. */
const statements = (from: number, to: number, searchChars: number): string[] => {
  const numbers = `generate_series(${from + 1}, ${to}) as n`
  return [
    `insert into authors select ${idOf(authorPrefix, 'n')}, 'Author ' || n from generate_series(1, 1000) as n
     on conflict do nothing`,
    `insert into stories (id, author_id, title, content_hash, has_text, language, status, visibility, category, genre,
       version, published_version, analysed_hash, analysed_language, customization, created_at, updated_at, published_at)
     select ${storyIdSql('n')}, ${author}, 'Story ' || n, ${hash}, true, 'en', 'published', ${facts}, 1, 1, ${hash}, 'en',
       ${customization}, ${time}, ${time}, ${time} from ${numbers}`,
    `insert into story_versions (story_id, version, title, title_key, content, content_hash, language, created_at,
       published_at, searchable, search_config, search_chars)
     select ${storyIdSql('n')}, 1, 'Story ' || n, 'story ' || n, ${text}, ${hash}, 'en', ${time}, ${time}, true, 'english',
       ${searchChars} from ${numbers}`,
    `insert into story_list (story_id, audience, author_id, title, title_key, language, status, visibility, category,
       genre, version, cover_url, created_at, updated_at, published_at)
     select ${storyIdSql('n')}, audience, ${author}, 'Story ' || n, 'story ' || n, 'en', 'published', ${facts}, 1, '',
       ${time}, ${time}, ${time} from ${numbers}, unnest(array['author', 'readers']) as audience`,
  ]
}

const step = 50_000

/**
 * Loads stories of 1 KB, published by a thousand authors, into the database of the context story, and what would have
 * been written beside them. `searchChars` of each text are indexed.
 */
export const loadStories = async (
  { signal }: Bench,
  database: string,
  count: number,
  searchChars = sampleText.length,
): Promise<void> => {
  for (let from = 0; from < count; from += step) {
    signal.throwIfAborted()
    await onDatabase(database, ...statements(from, Math.min(count, from + step), searchChars))
  }
  await onDatabase(database, 'vacuum (analyze)', 'checkpoint')
}

/** Loads an event for each story, carried away long ago. */
export const loadEvents = async ({ signal }: Bench, database: string, count: number): Promise<void> => {
  const id = `(${storyIdSql('n')})::text`
  const load = (from: number, to: number) =>
    `insert into event_store (id, stream_id, stream_type, event_type, event_data, event_metadata, event_version,
       occurred_at, payload)
     select uuidv7(), ${id}, 'Story', 'troupe.story.v1.StoryCreated', jsonb_build_object('storyId', ${id}),
       jsonb_build_object('correlationId', ${id}, 'causationId', ${id}, 'cause', 'bench', 'actor', ''), 1, ${time},
       convert_to(${id}, 'UTF8')
     from generate_series(${from + 1}, ${to}) as n`
  for (let from = 0; from < count; from += step) {
    signal.throwIfAborted()
    await onDatabase(database, load(from, Math.min(count, from + step)))
  }
  await onDatabase(database, 'vacuum (analyze) event_store', 'checkpoint')
}
