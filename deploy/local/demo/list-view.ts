import { setTimeout as sleep } from 'node:timers/promises'
import { StoryStatusSchema, type StorySummary } from '#gen/troupe/story/v1/story_pb.ts'
import { dateOf } from '#shared/domain/timestamp.ts'
import { SetupError } from '../setup-error.ts'
import { table } from '../table.ts'
import { enumName } from './enum-name.ts'
import type { Screen } from './screen.ts'
import type { Author } from './session.ts'

const patience = 5_000

/** The author's stories as lists show them, as soon as all carry the name, at the latest after 5 s. */
const listWithNames = async ({ stories, id, displayName }: Author): Promise<StorySummary[]> => {
  const deadline = performance.now() + patience
  for (;;) {
    const { stories: found } = await stories.listStories({ authorId: id, pageSize: 100 })
    if (found.every(({ authorName }) => authorName === displayName) || performance.now() > deadline) return found
    await sleep(100)
  }
}

/**
 * Prints the list view of the author's stories.
 *
 * @throws SetupError when the author's name has not arrived within 5 s
 */
export const printListView = async (screen: Screen, author: Author): Promise<void> => {
  const found = await listWithNames(author)
  const rows = found.map(({ title, authorName, language, status, version, lastUpdated }) => [
    title,
    authorName || '—',
    language,
    enumName(StoryStatusSchema, status),
    version,
    dateOf(lastUpdated)?.toISOString().slice(0, 19).replace('T', ' ') ?? '—',
  ])
  const titles = ['title', 'author', 'language', 'status', 'version', 'updated (UTC)']
  for (const line of table(titles, rows, screen.width - 2)) screen.say(`  ${line}`)
  const nameless = found.filter(({ authorName }) => authorName !== author.displayName).length
  if (nameless === 0) return
  throw new SetupError(
    `${nameless} of ${found.length} stories do not show the author's name after ${patience / 1000} s: ` +
      'the event UserRegistered has not reached the list view (MeshService.GetLag and ListDeadLetters tell more)',
  )
}
