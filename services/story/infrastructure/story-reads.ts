import { createHash } from 'node:crypto'
import { placeOf, wholeNumber } from '#shared/application/page-values.ts'
import type { Paged } from '#shared/application/paged.ts'
import { pageOf } from '#shared/application/paging.ts'
import type { Kernel } from '#shared/infrastructure/kernel.ts'
import type { Look, Sight, StoryReads, StoryView } from '../application/views.ts'
import type { Customization } from '../domain/customization.ts'
import type { StoryVersion } from '../domain/ports.ts'
import type { Story } from '../domain/story.ts'
import type { StoryStatus, Visibility } from '../domain/story-parts.ts'
import { storyNotFound } from '../domain/story-state.ts'
import { baseLanguage } from '../domain/story-text.ts'
import { visibleVersion } from '../domain/visibility.ts'
import { type AnalysisRow, analysisColumns, analysisRecord } from './analysis-rows.ts'
import { narrationColumns, offeredVoices, tells } from './narrations.ts'
import { latestPublishing, type PublishingRow, publishingOf } from './publishing-rows.ts'

interface SeenRow {
  [column: string]: unknown
  id: string
  authorId: string
  authorName: string
  status: StoryStatus
  visibility: Visibility
  category: string
  genre: string
  version: number
  publishedVersion: number
  analysedHash: string | null
  analysedLanguage: string | null
  customization: Customization
  createdAt: Date
  updatedAt: Date
  publishedAt: Date | null
  shared: boolean
  title: string
  content: string
  contentHash: string
  language: string
  seenVersion: number
  narrationId: string
  narrationDurationMs: number
  offeredVoiceIds: string[]
}

// The join takes the version that the viewer would see; whether they may is decided by visibleVersion.
const seen = (content: string) => `select s.id, s.author_id as "authorId", coalesce(a.display_name, '') as "authorName",
    s.status, s.visibility, s.category, s.genre, s.version, s.published_version as "publishedVersion",
    s.analysed_hash as "analysedHash", s.analysed_language as "analysedLanguage", s.customization,
    s.created_at as "createdAt", s.updated_at as "updatedAt", s.published_at as "publishedAt",
    v.version as "seenVersion", v.title, ${content} as content, v.content_hash as "contentHash", v.language,
    ${narrationColumns},
    case when s.author_id = $2 then ${offeredVoices('s.author_id')} else '{}' end as "offeredVoiceIds",
    exists (select 1 from story_shares h where h.story_id = s.id and h.token_hash = $3 and h.expires_at > $4) as shared
  from stories s
  join story_versions v on v.story_id = s.id and v.version =
    case when s.author_id = $2 or s.published_version = 0 then s.version else s.published_version end
  left join authors a on a.author_id = s.author_id
  left join story_narrations n on ${tells('v')}
  where s.id = $1`

const withText = seen('v.content')
const withoutText = seen(`''`)

const ofStory = `select v.content, coalesce(a.display_name, '') as "authorName", ${narrationColumns}
  from (select $1::uuid as author_id) s
  left join authors a on a.author_id = s.author_id
  left join story_versions v on v.story_id = $2 and v.version = $3
  left join story_narrations n on n.story_id = $4 and n.content_hash = $5`

const state = `select s.status as "storyStatus", s.version, to_jsonb(p) as publishing, ${analysisColumns('a')}
  from stories s
  left join lateral (${latestPublishing('s.id')}) p on true
  left join lateral (select * from story_analyses where story_id = s.id
    order by content_hash = s.content_hash desc, started_at desc limit 1) a on true
  where s.id = $1`

const versions = `select story_id as "storyId", version, title, content_hash as "contentHash", language,
    created_at as "createdAt", published_at as "publishedAt"
  from story_versions where story_id = $1 and version < $2 order by version desc limit $3`

const viewOf = (row: SeenRow, isAuthor: boolean): StoryView => {
  const { analysedHash, analysedLanguage, shared: _, seenVersion, publishedAt, ...rest } = row
  const isOther =
    analysedHash !== row.contentHash || baseLanguage(analysedLanguage ?? '') !== baseLanguage(row.language)
  const own = { ...rest, publishedAt: publishedAt ?? undefined, analysisStale: analysedHash !== null && isOther }
  if (isAuthor) return own
  const isPublished = row.publishedVersion > 0
  return {
    ...own,
    version: seenVersion,
    analysisStale: isPublished ? false : own.analysisStale,
    status: isPublished ? 'published' : row.status,
    updatedAt: isPublished ? (publishedAt ?? row.updatedAt) : row.updatedAt,
  }
}

/** What single stories look like to whom, from Postgres. */
export const storyReads = ({ database, clock }: Pick<Kernel, 'database' | 'clock'>): StoryReads => {
  const see = async (query: string, { storyId, viewer, shareToken }: Look): Promise<SeenRow> => {
    const tokenHash = shareToken === '' ? null : createHash('sha256').update(shareToken).digest()
    const [row] = await database.look<SeenRow>(query, storyId, viewer ?? null, tokenHash, clock.now())
    const version = row && visibleVersion(row, { userId: viewer, shared: row.shared })
    if (!row || version !== row.seenVersion) throw storyNotFound()
    return row
  }

  return {
    view: async (look) => {
      const row = await see(withText, look)
      return viewOf(row, row.authorId === look.viewer)
    },
    sight: async (look): Promise<Sight> => {
      const row = await see(withoutText, look)
      const isAuthor = row.authorId === look.viewer
      const { seenVersion: version, contentHash } = row
      const analysedHash = isAuthor || row.publishedVersion === 0 ? (row.analysedHash ?? '') : contentHash
      return { storyId: row.id, isAuthor, version, contentHash, analysedHash }
    },
    ofStory: async (story: Story, content?: string) => {
      const at = content === undefined ? [story.id, story.version] : [null, null]
      type OfStoryRow = Pick<SeenRow, 'authorName' | 'narrationId' | 'narrationDurationMs'> & { content: string | null }
      const [row] = await database.look<OfStoryRow>(ofStory, story.authorId, ...at, story.id, story.contentHash)
      return {
        id: story.id,
        title: story.title,
        content: content ?? row?.content ?? '',
        contentHash: story.contentHash,
        authorId: story.authorId,
        authorName: row?.authorName ?? '',
        language: story.language,
        status: story.status,
        visibility: story.visibility,
        category: story.category,
        genre: story.genre,
        version: story.version,
        publishedVersion: story.publishedVersion,
        analysisStale: story.isStale,
        customization: story.customization,
        createdAt: story.createdAt,
        updatedAt: story.updatedAt,
        publishedAt: story.publishedAt,
        narrationId: row?.narrationId ?? '',
        narrationDurationMs: row?.narrationDurationMs ?? 0,
        offeredVoiceIds: [],
      }
    },
    state: async (storyId) => {
      type StateRow = AnalysisRow & { storyStatus: StoryStatus; version: number; publishing: PublishingRow | null }
      const [row] = await database.sql<StateRow>(state, storyId)
      if (!row) return undefined
      return {
        status: row.storyStatus,
        version: row.version,
        analysis: row.contentHash === null ? undefined : analysisRecord(row),
        publishing: row.publishing === null ? undefined : publishingOf(row.publishing),
      }
    },
    versions: async (storyId, { size, token }): Promise<Paged<Omit<StoryVersion, 'content'>>> => {
      const [before] = placeOf(token, 1) ?? [2 ** 31 - 1]
      const rows = await database.sql(versions, storyId, wholeNumber(before), size + 1)
      const found = rows.map((row) => ({ ...row, publishedAt: row.publishedAt ?? undefined }))
      return pageOf(found as unknown as Omit<StoryVersion, 'content'>[], size, ({ version }) => [version])
    },
    publishing: async (storyId) => {
      const [row] = await database.sql<PublishingRow>(latestPublishing('$1'), storyId)
      return row && publishingOf(row)
    },
  }
}
