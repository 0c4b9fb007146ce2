import type { Journal } from '../workload/journal.ts'
import { rowsOf } from '../world.ts'
import { type Check, finder } from './finding.ts'

/** Publications ended as their stories allow, every process is over, and it took each step once. */
export const checkProcesses: Check<Journal> = async (world, journal) => {
  const { add, expectCount, findings } = finder('processes')
  const publishings = await rowsOf<{ id: string; status: string; failure_reason: string; story_version: number }>(
    world,
    'story',
    'select id, status, failure_reason, story_version from publishings',
  )
  const instances = await rowsOf<{ instance: string; ended: boolean }>(
    world,
    'story',
    'select instance, ended from processes',
  )
  const commands = await rowsOf<{ instance: string; step: string; outcome: string | null; n: string }>(
    world,
    'story',
    'select instance, step, max(outcome) as outcome, count(*) as n from process_commands group by instance, step',
  )
  const shown = await rowsOf<{ stream_id: string; n: string }>(
    world,
    'story',
    `select stream_id, count(*) as n from event_store where event_type = 'troupe.story.v1.StoryPublished' group by 1`,
  )
  const byId = new Map(publishings.map((row) => [row.id, row]))
  const ended = new Map(instances.map((row) => [row.instance, row.ended]))
  const published = new Map(shown.map((row) => [row.stream_id, Number(row.n)]))
  const known = journal.authors.filter(({ hasLeft }) => hasLeft !== 'maybe')
  // With its author a story goes.
  const stories = known.flatMap((author) =>
    author.stories.map((story) => ({ ...story, isDeleted: story.isDeleted || author.hasLeft === 'yes' })),
  )
  for (const story of stories) {
    const done = story.publishings.filter((id) => byId.get(id)?.status === 'published')
    if (!story.isDeleted) expectCount(published.get(story.id) ?? 0, done.length, `StoryPublished of ${story.id}`)
    for (const id of story.publishings) {
      if (!ended.has(id)) add('lost', `publishing ${id} began no process`)
      const row = byId.get(id)
      if (story.isDeleted) continue
      if (!row) add('lost', `publishing ${id} of ${story.id}`)
      else if (row.status === 'failed') add('wrong', `publishing ${id} failed: ${row.failure_reason}`)
      else if (row.status !== 'published') add('stuck', `publishing ${id} is ${row.status}`)
    }
  }
  for (const { instance, ended: isOver } of instances) if (!isOver) add('stuck', `process ${instance} goes on`)
  for (const { instance, step, outcome, n } of commands) {
    if (outcome === null) add('stuck', `${step} of ${instance} is open`)
    if (outcome === 'EXPIRED') add('stuck', `${step} of ${instance} expired`)
    expectCount(Number(n), 1, `commands ${step} of ${instance}`)
  }
  return findings
}
