import { Changes } from '#shared/infrastructure/changes.ts'
import type { Kernel } from '#shared/infrastructure/kernel.ts'
import { connectNats } from '#shared/infrastructure/nats.ts'
import { suiteNats } from '../../../tests/suite-nats.ts'
import { testLog as log } from '../../shared/tests/fixture.ts'
import { openKernel } from '../../shared/tests/open-kernel.ts'
import { violationsOf } from '../../shared/tests/rivals.ts'
import type { StoryDraft } from '../application/create-story.ts'
import { chosenAnalyzer } from '../infrastructure/analyzer.ts'
import { authorNames } from '../infrastructure/authors.ts'
import { invariants } from '../infrastructure/invariants.ts'
import { narrationNotes } from '../infrastructure/narrations.ts'
import { assemble, story } from '../service.ts'

/** The story context on a database of its own, with a clock that stands still until it is moved. */
export const openStory = async (name: string, env: Record<string, string> = {}) => {
  const server = await suiteNats()
  const nats = await connectNats([server.url], 'test', log)
  const changes = new Changes(nats, 'story', () => {})
  const onStored = (events: readonly { streamId: string }[]) => {
    for (const event of events) changes.notify(event.streamId)
  }
  const opened = await openKernel(story, name, { env: { TROUPE_NATS_URL: server.url, ...env }, onStored })
  const { clock, database, call, events } = opened
  const unlimited = { reserveUsage: async () => ({ isUnlimited: true }) }
  const kernel: Kernel = { ...opened.kernel, changes, client: () => unlimited as never }
  const app = assemble(kernel, await chosenAnalyzer(kernel))
  return {
    app,
    authors: authorNames(kernel),
    narrations: narrationNotes(kernel),
    changes,
    clock,
    database,
    call,
    events,
    violations: () => violationsOf(database, invariants),
    close: async () => {
      await nats.close()
      await server.stop()
      await opened.close()
    },
  }
}

export type TestStory = Awaited<ReturnType<typeof openStory>>

/** Published as it is: neither narrated nor filmed. */
export const bare = { narration: 'left-out', film: 'left-out', allowPartial: false } as const

export const tale = `Once upon a time a girl called Greta lived with her brother Tom at the edge of the wood.
“Where are you going?” asked Greta. “To the mill,” said Tom.

They walked all day and were very happy. In the evening a wolf stood before them.
“Who are you?” said the wolf. “I am not afraid of you!” cried Greta.`

export const otherTale = `${tale}\n\nThen an old miller came. “Go away!” shouted the miller, and the wolf ran off.`

/** What a story begins with; parts can be replaced. */
const initOf = (parts: Partial<StoryDraft> = {}): StoryDraft => ({
  title: 'The Mill',
  content: tale,
  language: 'en',
  visibility: 'public',
  category: '',
  genre: '',
  ...parts,
})

/** The uses cases as tests string them together. */
export const storySteps = ({ app, call, database }: TestStory) => {
  const look = (storyId: string, viewer?: string, shareToken = '') => ({ storyId, viewer, shareToken })
  const create = (author: string, parts: Partial<StoryDraft> = {}) => call(() => app.createStory(author, initOf(parts)))
  /** What the analyze consumer does about the newest request. */
  const runAnalysis = async (storyId: string) => {
    const [row] = await database.sql<{ hash: string }>(
      `select event_data->>'contentHash' as hash from event_store where stream_id = $1
         and event_type = 'troupe.story.v1.StoryAnalysisRequested' order by event_version desc limit 1`,
      storyId,
    )
    await call(() => app.runAnalysis(storyId, row?.hash ?? '', new AbortController().signal))
  }
  const analyse = async (author: string, storyId: string) => {
    const record = await call(() => app.analyzeStory(author, storyId))
    if (record.status === 'running') await runAnalysis(storyId)
  }
  const publish = async (author: string, storyId: string) => {
    const publishing = await call(() => app.publishStory(author, storyId, bare))
    await call(() => app.completePublishing(publishing.id))
    return publishing
  }
  return {
    look,
    create,
    runAnalysis,
    analyse,
    publish,
    get: (storyId: string, viewer?: string, shareToken = '') => app.getStory(look(storyId, viewer, shareToken)),
    createPublished: async (author: string, parts: Partial<StoryDraft> = {}) => {
      const { id } = await create(author, parts)
      await analyse(author, id)
      await publish(author, id)
      return id
    },
  }
}
