import type { Journal, StoryRecord } from '../workload/journal.ts'
import { rowsOf } from '../world.ts'
import { type Check, finder } from './finding.ts'

interface StoryRow {
  id: string
  author_id: string
  version: number
  revision: number
  published_version: number
}

interface VersionRow {
  story_id: string
  version: number
  title: string
  content: string
}

interface EventRow {
  stream_id: string
  event_version: number
  event_type: string
  event_data: { title?: string; version?: number }
}

const short = (type: string) => type.slice('troupe.story.v1.'.length)

/** Stories are as their authors were told: each version once and in order, in the rows and in the history alike. */
export const checkStories: Check<Journal> = async (world, journal) => {
  const { add, expectCount, findings } = finder('stories')
  const stories = await rowsOf<StoryRow>(
    world,
    'story',
    'select id, author_id, version, revision, published_version from stories',
  )
  const rows = Map.groupBy(stories, ({ id }) => id)
  const versions = Map.groupBy(
    await rowsOf<VersionRow>(
      world,
      'story',
      'select story_id, version, title, content from story_versions order by version',
    ),
    ({ story_id }) => story_id,
  )
  const events = Map.groupBy(
    await rowsOf<EventRow>(
      world,
      'story',
      `select stream_id, event_version, event_type, event_data from event_store where stream_type = 'Story' order by position`,
    ),
    ({ stream_id }) => stream_id,
  )
  const isOpen = journal.calls.some(({ outcome }) => outcome === 'open')

  const checkHistory = (story: StoryRecord) => {
    const own = events.get(story.id) ?? []
    const titles = own
      .filter(({ event_type }) => ['StoryCreated', 'StoryUpdated'].includes(short(event_type)))
      .map(({ event_data }) => event_data.title)
    const wanted = story.versions.map(({ title }) => title)
    if (JSON.stringify(titles) !== JSON.stringify(wanted)) {
      const kind = titles.length > wanted.length ? 'doubled' : 'lost'
      add(kind, `history of ${story.id} is ${JSON.stringify(titles)}, not ${JSON.stringify(wanted)}`)
    }
    const numbers = own.map(({ event_version }) => event_version)
    if (numbers.some((number, index) => index > 0 && number <= (numbers[index - 1] as number))) {
      add('wrong', `events of ${story.id} are numbered ${numbers}`)
    }
    const revision = rows.get(story.id)?.[0]?.revision
    if (revision !== undefined && revision < Math.max(...numbers)) add('lost', `${story.id} is older than its events`)
  }
  const checkRows = (story: StoryRecord, authorId: string) => {
    const [row] = rows.get(story.id) ?? []
    expectCount(row ? 1 : 0, story.isDeleted ? 0 : 1, `rows of ${story.isDeleted ? 'deleted ' : ''}story ${story.id}`)
    if (!row) return
    if (row.author_id !== authorId) add('wrong', `${story.id} is ${row.author_id}'s, not ${authorId}'s`)
    expectCount(row.version, story.versions.length, `version of ${story.id}`)
    const found = (versions.get(story.id) ?? []).map(({ title, content }) => ({ title, content }))
    if (JSON.stringify(found) !== JSON.stringify(story.versions)) add('wrong', `versions of ${story.id} differ`)
  }
  if (isOpen) return findings // what was never answered is reported as stuck, and may be there or not
  const known = new Set<string>()
  for (const author of journal.authors) {
    for (const story of author.stories) {
      known.add(story.id)
      if (author.hasLeft === 'maybe') continue
      checkHistory(story)
      checkRows(author.hasLeft === 'yes' ? { ...story, isDeleted: true } : story, author.id)
    }
  }
  for (const { id } of stories) if (!known.has(id)) add('doubled', `nobody was told of story ${id}`)
  return findings
}
