import { randomBytes } from 'node:crypto'
import { FixedClock } from '#shared/domain/clock.ts'
import { type CallContext, runInCall } from '#shared/infrastructure/call-context.ts'
import { Changes } from '#shared/infrastructure/changes.ts'
import { EnvReader, readConfig } from '#shared/infrastructure/config.ts'
import { openDatabase } from '#shared/infrastructure/database.ts'
import type { Kernel } from '#shared/infrastructure/kernel.ts'
import { connectNats } from '#shared/infrastructure/nats.ts'
import { currentUnit, UnitOfWork } from '#shared/infrastructure/unit-of-work.ts'
import { createUnits } from '#shared/infrastructure/units.ts'
import { uuidv7 } from '#shared/infrastructure/uuid.ts'
import { suiteNats } from '../../../tests/suite-nats.ts'
import { anyCall, testLog as log } from '../../shared/tests/fixture.ts'
import { suiteDatabase } from '../../shared/tests/suite-database.ts'
import type { StoryDraft } from '../application/create-story.ts'
import { chosenAnalyzer } from '../infrastructure/analyzer.ts'
import { authorNames } from '../infrastructure/authors.ts'
import { invariants } from '../infrastructure/invariants.ts'
import { assemble, story } from '../service.ts'

/** The story context on a database of its own, with a clock that stands still until it is moved. */
export const openStory = async (name: string, env: Record<string, string> = {}) => {
  const suite = await suiteDatabase(name, story.migrations)
  const server = await suiteNats()
  const nats = await connectNats([server.url], 'test', log)
  const clock = new FixedClock('2026-11-20T10:00:00Z')
  const secret = () => randomBytes(32).toString('base64')
  const environment = {
    TROUPE_POSTGRES_URL: suite.url,
    TROUPE_NATS_URL: server.url,
    TROUPE_SERVICE_SECRET: secret(),
    TROUPE_MASTER_KEY: secret(),
    ...env,
  }
  const database = openDatabase({ url: suite.url, poolSize: 8, entities: story.entities, log })
  const changes = new Changes(nats, 'story', () => {})
  const units = createUnits({
    database,
    clock,
    constraints: story.constraints ?? {},
    onStored: (events) => {
      for (const event of events) changes.notify(event.streamId)
    },
    onConflict: () => {},
    timeFlush: (run) => run(),
  })
  const kernel: Kernel = {
    config: readConfig(environment),
    env: new EnvReader(environment),
    clock,
    log,
    database,
    changes,
    unit: currentUnit,
    read: (run) => new UnitOfWork(database, uuidv7()).run(run),
    write: (key, handler) => units.run({ key, handler }),
    client: () => {
      throw new Error('story calls no other context')
    },
  }
  const app = assemble(kernel, await chosenAnalyzer(kernel))
  /** Runs a use case as one unit of work, as an rpc does. */
  const call = <T>(run: () => Promise<T>, context: Partial<CallContext> = {}): Promise<T> =>
    runInCall(anyCall(context), () => units.run({ key: uuidv7(), handler: run }))
  const events = async (streamId: string): Promise<string[]> => {
    const rows = await database.sql<{ name: string }>(
      `select split_part(event_type, '.', 4) as name from event_store where stream_id = $1 order by event_version`,
      streamId,
    )
    return rows.map((row) => row.name)
  }
  return {
    app,
    authors: authorNames(kernel),
    changes,
    clock,
    database,
    call,
    events,
    /** What of the invariants does not hold. */
    violations: async (): Promise<string[]> => {
      const found = await Promise.all(invariants.map(({ sql }) => database.sql(sql)))
      return found.flatMap((rows, index) => rows.map((row) => `${invariants[index]?.name}: ${Object.values(row)[0]}`))
    },
    close: async () => {
      await nats.close()
      await server.stop()
      await database.close()
      await suite.drop()
    },
  }
}

export type TestStory = Awaited<ReturnType<typeof openStory>>

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
    const publishing = await call(() => app.publishStory(author, storyId))
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
