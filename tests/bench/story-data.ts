import { onDatabase } from './database.ts'
import { sampleText } from './sample-story.ts'

const idPrefix = '01900000-0000-7000-8000-'
const authorPrefix = '01800000-0000-7000-8000-'

/** The id of the nth loaded story, from 1 on. */
export const storyId = (number: number): string => `${idPrefix}${number.toString(16).padStart(12, '0')}`

const idOf = (prefix: string, number: string) => `('${prefix}' || lpad(to_hex(${number}), 12, '0'))::uuid`

/** The same in SQL, of an expression that is a whole number. */
export const storyIdSql = (number: string): string => idOf(idPrefix, number)

const author = idOf(authorPrefix, '1 + n % 1000')
const time = `timestamptz '2026-01-01' + n * interval '1 second'`
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
export const loadStories = async (database: string, count: number, searchChars = sampleText.length): Promise<void> => {
  for (let from = 0; from < count; from += step) {
    await onDatabase(database, ...statements(from, Math.min(count, from + step), searchChars))
  }
  await onDatabase(database, 'vacuum (analyze)', 'checkpoint')
}
