import type { Kernel } from '#shared/infrastructure/kernel.ts'
import { type Character, nameKey } from '../domain/cast.ts'
import type { Casts } from '../domain/ports.ts'

export const characterColumns = `id, name, aliases, role, description, traits, mentions, edited, found_keys as "foundKeys"`

const put = `insert into story_characters (story_id, content_hash, id, name, name_key, found_keys, aliases, role,
    description, traits, mentions, edited)
  select $1, $2, c.id, c.name, c."nameKey", c."foundKeys", c.aliases, c.role, c.description, c.traits, c.mentions, c.edited
  from jsonb_to_recordset($3::jsonb) as c(id uuid, name text, "nameKey" text, "foundKeys" text[], aliases text[],
    role text, description text, traits text[], mentions integer, edited boolean)
  on conflict (story_id, content_hash, id) do update set name = excluded.name, name_key = excluded.name_key,
    found_keys = excluded.found_keys, aliases = excluded.aliases, role = excluded.role,
    description = excluded.description, traits = excluded.traits, mentions = excluded.mentions, edited = excluded.edited`

const drop = `delete from story_characters where story_id = $1 and content_hash = $2 and id <> all($3::uuid[])`

/** The casts of stories in Postgres, within the unit of work being run. */
export const castRepository = ({ unit, database }: Pick<Kernel, 'unit' | 'database'>): Casts => {
  const select = (storyId: string, contentHash: string, id: string | null) =>
    database.sql<Character & { [column: string]: unknown }>(
      `select ${characterColumns} from story_characters
       where story_id = $1 and content_hash = $2 and ($3::uuid is null or id = $3) order by mentions desc, id`,
      storyId,
      contentHash,
      id,
    )
  const write = (storyId: string, contentHash: string, cast: readonly Character[]) => {
    const rows = cast.map((character) => ({ ...character, nameKey: nameKey(character.name) }))
    unit().write({ sql: put, parameters: [storyId, contentHash, JSON.stringify(rows)] })
  }
  return {
    of: (storyId, contentHash) => select(storyId, contentHash, null),
    find: async (storyId, contentHash, id) => (await select(storyId, contentHash, id))[0],
    put: (storyId, contentHash, cast) => {
      write(storyId, contentHash, cast)
      unit().write({ sql: drop, parameters: [storyId, contentHash, cast.map(({ id }) => id)] })
    },
    save: (storyId, contentHash, character) => write(storyId, contentHash, [character]),
  }
}
