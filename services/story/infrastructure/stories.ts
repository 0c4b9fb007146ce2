import { notFound } from '#shared/domain/errors.ts'
import type { Kernel } from '#shared/infrastructure/kernel.ts'
import type { Stories, StoryVersion } from '../domain/ports.ts'
import { Story } from '../domain/story.ts'
import { storyNotFound } from '../domain/story-state.ts'
import { ListWrites, titleKey } from './list-writes.ts'
import { searchChars, searchConfig } from './search-config.ts'

const versionColumns = `story_id as "storyId", version, title, content, content_hash as "contentHash", language,
  created_at as "createdAt", published_at as "publishedAt"`

const insertVersion = `insert into story_versions
  (story_id, version, title, title_key, content, content_hash, language, created_at, draft_of, search_config, search_chars)`

// Touches the version even where nobody looked for it, for a search may be indexing it just now.
const retire = `update story_versions set searchable = false, draft_of = null
  where story_id = $1 and version = $3::int - 1 and version <> $2`

const publishVersion = `update story_versions set published_at = case version when $2 then $4 else published_at end,
    searchable = version = $2, draft_of = null
  where story_id = $1 and (version = $2 or searchable and version <> $3)`

/** The stories in Postgres, within the unit of work being run. */
export const storyRepository = ({ unit, database }: Pick<Kernel, 'unit' | 'database'>): Stories => {
  const lists = new WeakMap<Story, ListWrites>()

  const follow = (story: Story, isNew: boolean): Story => {
    if (lists.has(story)) return story
    const list = new ListWrites(story, isNew)
    lists.set(story, list)
    for (const write of list.writes) unit().write(write)
    return story
  }

  const find: Stories['find'] = async (id) => {
    const story = await unit().find(Story, id)
    return story && follow(story, false)
  }

  const get: Stories['get'] = async (id) => {
    const story = await find(id)
    if (!story) throw storyNotFound()
    return story
  }

  const addVersion: Stories['addVersion'] = (story, content) => {
    const { id, authorId, version, title, contentHash, language, updatedAt } = story
    const own = [id, version, title, titleKey(title)]
    const config = searchConfig(language)
    if (content === undefined) {
      unit().write({
        sql: `${insertVersion} select $1::uuid, $2::int, $3, $4, content, content_hash, $5, $6::timestamptz, $7::uuid,
            $8::regconfig, search_chars from story_versions where story_id = $1::uuid and version = $2::int - 1`,
        parameters: [...own, language, updatedAt, authorId, config],
      })
    } else {
      unit().write({
        sql: `${insertVersion} values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::regconfig, $11)`,
        parameters: [...own, content, contentHash, language, updatedAt, authorId, config, searchChars(content)],
      })
    }
    if (version > 1) unit().write({ sql: retire, parameters: [id, story.publishedVersion, version] })
  }

  return {
    find,
    get,
    getOwn: async (author, id) => {
      const story = await get(id)
      story.mustBelongTo(author)
      return story
    },
    ofAuthor: async (author, limit) => {
      const stories = await unit().select(Story, 'author_id = $1 order by id limit $2', author, limit)
      return stories.map((story) => follow(story, false))
    },
    add: (story, content) => {
      unit().add(follow(story, true))
      addVersion(story, content)
    },
    addVersion,
    markPublished: ({ id, version: present }, version, at) =>
      unit().write({ sql: publishVersion, parameters: [id, version, present, at] }),
    version: async (storyId, version) => {
      const [row] = await database.sql(
        `select ${versionColumns} from story_versions where story_id = $1 and version = $2`,
        storyId,
        version,
      )
      if (!row) throw notFound('VERSION_NOT_FOUND', 'the story has no such version')
      return { ...row, publishedAt: row.publishedAt ?? undefined } as unknown as StoryVersion
    },
    remove: (story) => {
      lists.get(story)?.remove()
      unit().remove(story)
    },
  }
}
