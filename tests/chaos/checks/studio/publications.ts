import type { StudioJournal } from '../../workload/studio/studio-journal.ts'
import { rowsOf } from '../../world.ts'
import { type Check, finder } from '../finding.ts'

interface PublishingRow {
  id: string
  story_id: string
  story_version: number
  status: string
  failure_reason: string
  published_version: number
  content_hash: string
}

/** What was told of a publication, by the events that name it. */
const toldOf = `select event_data->>'publishingId' as id, split_part(event_type, '.', 4) as name,
    event_data->>'contentHash' as hash, event_data->>'storyId' as story
  from event_store where event_type = any($1::text[])`

const types = (context: string, names: readonly string[]) => names.map((name) => `troupe.${context}.v1.${name}`)

/** Every publication ended published, with all that was wanted, or undone; its process is over and left nothing running. */
export const checkPublications: Check<StudioJournal> = async (world, journal) => {
  const { add, expectCount, findings } = finder('publications')
  const rows = await rowsOf<PublishingRow>(
    world,
    'story',
    `select p.id, p.story_id, p.story_version, p.status, p.failure_reason, s.published_version, v.content_hash
     from publishings p join stories s on s.id = p.story_id
     join story_versions v on v.story_id = p.story_id and v.version = p.story_version`,
  )
  const instances = await rowsOf<{ instance: string; ended: boolean }>(
    world,
    'story',
    `select instance, ended from processes where process = 'publishing'`,
  )
  const commands = await rowsOf<{ instance: string; step: string; outcome: string | null }>(
    world,
    'story',
    `select instance, step, outcome from process_commands where process = 'publishing'`,
  )
  const shown = await rowsOf<{ stream_id: string; n: string }>(
    world,
    'story',
    `select stream_id, count(*) as n from event_store where event_type = 'troupe.story.v1.StoryPublished' group by 1`,
  )
  const narrated = await rowsOf<{ hash: string; story: string }>(world, 'narration', toldOf, [
    types('narration', ['NarrationGenerated', 'NarrationRegenerated']),
  ])
  const filmed = await rowsOf<{ hash: string; story: string }>(world, 'videogen', toldOf, [
    types('videogen', ['VideoGenerated']),
  ])
  const running = await rowsOf<{ id: string }>(world, 'narration', 'select id::text as id from work')
  const byId = new Map(rows.map((row) => [row.id, row]))
  const ended = new Map(instances.map((row) => [row.instance, row.ended]))
  const published = new Map(shown.map((row) => [row.stream_id, Number(row.n)]))
  const has = (made: readonly { hash: string; story: string }[], { story_id, content_hash }: PublishingRow) =>
    made.some(({ hash, story }) => story === story_id && hash === content_hash)
  for (const { id, key, storyId, film, allowPartial } of journal.publications) {
    const row = byId.get(id)
    if (!row) add('lost', `publication ${id}`, key)
    if (!ended.has(id)) add('lost', `publication ${id} began no process`, key)
    if (!row) continue
    if (row.status === 'published') {
      if (row.published_version !== row.story_version) add('wrong', `${storyId} shows ${row.published_version}`, key)
      if (!has(narrated, row)) add('lost', `the narration of ${storyId}, which is published`, key)
      // One that nobody asked for may be left out only where the subscription has none left.
      if (film !== 'left-out' && !allowPartial && !has(filmed, row)) add('lost', `the film of ${storyId}`, key)
    } else if (row.status === 'failed') {
      if (row.published_version !== 0) add('wrong', `${storyId} is shown although it was not published`, key)
      if (row.failure_reason === '') add('wrong', `publication ${id} failed without telling why`, key)
    } else add('stuck', `publication ${id} is ${row.status}`, key)
    expectCount(published.get(storyId) ?? 0, row.status === 'published' ? 1 : 0, `StoryPublished of ${storyId}`)
  }
  for (const { instance, ended: isOver } of instances) if (!isOver) add('stuck', `process ${instance} goes on`)
  for (const { instance, step, outcome } of commands)
    if (outcome === null) add('stuck', `${step} of ${instance} is open`)
  for (const { id } of running) add('stuck', `narration ${id} is being made`)
  return findings
}
