import type { CompiledWrite } from '#shared/infrastructure/unit-of-work.ts'
import type { Story } from '../domain/story.ts'
import { isListed } from '../domain/visibility.ts'

const nothing = 'select 1 where false'

const columns = `story_id, audience, author_id, title, title_key, language, status, visibility, category, genre, version,
  cover_url, created_at, updated_at, published_at`

const replace = columns
  .split(/,\s*/)
  .slice(2)
  .map((column) => `${column} = excluded.${column}`)
  .join(', ')

const upsert = `on conflict (story_id, audience) do update set ${replace}`

const authorRow = `insert into story_list (${columns})
  values ($1, 'author', $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) ${upsert}`

const readersRow = `insert into story_list (${columns})
  select v.story_id, 'readers', $2::uuid, v.title, v.title_key, v.language, 'published', $3, $4, $5, v.version,
    $6, $7::timestamptz, $8::timestamptz, $8::timestamptz
  from story_versions v where v.story_id = $1::uuid and v.version = $9::int ${upsert}`

const noReadersRow = `delete from story_list where story_id = $1 and audience = 'readers'`

/** What titles are ordered by: letters without case and accents. */
export const titleKey = (title: string): string =>
  [...title.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()].slice(0, 100).join('')

const factsOf = (story: Story): string => {
  const { title, language, status, visibility, category, genre, version, publishedVersion, customization } = story
  const facts = [
    title,
    language,
    status,
    visibility,
    category,
    genre,
    version,
    publishedVersion,
    customization.coverUrl,
  ]
  return JSON.stringify([...facts, story.updatedAt, story.publishedAt])
}

/** The rows of a story in the list view. What they are is decided when the unit of work is written. */
export class ListWrites {
  private readonly story: Story
  private readonly before: { facts: string; isListed: boolean } | undefined
  private isRemoved = false

  /** `isNew` for a story that has no rows yet. */
  constructor(story: Story, isNew: boolean) {
    this.story = story
    this.before = isNew ? undefined : { facts: factsOf(story), isListed: isListed(story) }
  }

  /** The story goes, and its rows with it. */
  remove(): void {
    this.isRemoved = true
  }

  get writes(): CompiledWrite[] {
    const lazy = (make: () => [string, unknown[]]): CompiledWrite => ({
      get sql() {
        return make()[0]
      },
      get parameters() {
        return make()[1]
      },
    })
    return [lazy(() => this.forAuthor()), lazy(() => this.forReaders())]
  }

  private get isUnchanged(): boolean {
    return this.isRemoved || (this.before !== undefined && this.before.facts === factsOf(this.story))
  }

  private forAuthor(): [string, unknown[]] {
    if (this.isUnchanged) return [nothing, []]
    const { id, authorId, title, language, status, visibility, category, genre, version, customization } = this.story
    const { createdAt, updatedAt, publishedAt = null } = this.story
    const times = [createdAt, updatedAt, publishedAt]
    const settings = [status, visibility, category, genre, version, customization.coverUrl]
    return [authorRow, [id, authorId, title, titleKey(title), language, ...settings, ...times]]
  }

  private forReaders(): [string, unknown[]] {
    const { id, authorId, visibility, category, genre, customization, createdAt, publishedAt, publishedVersion } =
      this.story
    if (this.isUnchanged) return [nothing, []]
    if (!isListed(this.story)) return this.before?.isListed ? [noReadersRow, [id]] : [nothing, []]
    const settings = [visibility, category, genre, customization.coverUrl]
    return [readersRow, [id, authorId, ...settings, createdAt, publishedAt, publishedVersion]]
  }
}
