import { randomUUID } from 'node:crypto'
import { createClient } from '@connectrpc/connect'
import { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { StoryStatus } from '#gen/troupe/story/v1/story_pb.ts'
import { StoryService } from '#gen/troupe/story/v1/story_service_pb.ts'
import { contextNames } from '../../services/contexts.ts'
import { eventually, type TestUser, testMesh } from '../mesh.ts'
import { inParallel } from '../security/in-parallel.ts'
import { type OwnMesh, startTestMesh } from '../start-test-mesh.ts'
import { seeded } from './random.ts'

let own: OwnMesh
let mesh: ReturnType<typeof testMesh>

const pools = new Map<string, Pool>()

beforeAll(async () => {
  own = await startTestMesh('chaos', false)
  mesh = testMesh(own.facts)
  for (const context of contextNames) {
    const url = new URL(own.facts.postgresUrl)
    url.pathname = `/${own.facts.databasePrefix}${context}`
    pools.set(context, new Pool({ connectionString: url.toString(), max: 1 }))
  }
})

afterAll(async () => {
  for (const pool of pools.values()) await pool.end()
  await own?.stop()
})

const query = async <Row>(context: string, sql: string): Promise<Row[]> =>
  ((await pools.get(context)?.query(sql))?.rows ?? []) as Row[]

const numberOf = async (context: string, sql: string) => Number((await query<{ n: string }>(context, sql))[0]?.n)

const authorEvents = `event_type in ('troupe.identity.v1.UserRegistered', 'troupe.identity.v1.ProfileUpdated', 'troupe.identity.v1.UserDeleted')`

/** Every event that anybody consumes was handled, once: the inbox holds as many rows as the stores hold events. */
const expectAllConsumedOnce = async () => {
  const authors = await numberOf('identity', `select count(*) as n from event_store where ${authorEvents}`)
  const analyses = await numberOf(
    'story',
    `select count(*) as n from event_store where event_type = 'troupe.story.v1.StoryAnalysisRequested'`,
  )
  await eventually(async () => {
    const handled = await query<{ consumer: string; n: string }>(
      'story',
      'select consumer, count(*) as n from inbox group by consumer',
    )
    const by = Object.fromEntries(handled.map(({ consumer, n }) => [consumer, Number(n)]))
    return (by.authors === authors && (by.analyze ?? 0) === analyses) || undefined
  }, 60_000)
  expect(await query('story', `select * from dead_letters where status <> 'RESOLVED'`)).toEqual([])
  for (const context of contextNames) {
    // An event is consumed before its relay has noted that it went out.
    await eventually(async () => (await numberOf(context, 'select count(*) as n from outbox')) === 0 || undefined)
  }
}

describe('without its event bus', () => {
  it('keeps working; when the bus comes back empty, every consumer ends with every event once', async () => {
    const users: TestUser[] = [await mesh.newAuthor('Before')]
    await own.nats.kill()
    for (let n = 0; n < 4; n += 1) users.push(await mesh.newAuthor(`Author ${n}`))
    const stories = await Promise.all(
      Array.from({ length: 100 }, async (_, n) => {
        const client = createClient(StoryService, (users[n % users.length] as TestUser).transport)
        const { story } = await client.createStory({
          title: `Story ${n}`,
          content: `"Hello," said Anna. "Number ${n}."`,
        })
        if (n % 5 === 0) await client.analyzeStory({ storyId: story?.id ?? '' })
        return story?.id
      }),
    )
    expect(new Set(stories).size).toBe(100)
    own.nats.wipe()
    await own.nats.start()
    await expectAllConsumedOnce()
    const [user] = users as [TestUser]
    const client = createClient(StoryService, user.transport)
    const listed = await client.listStories({ authorId: user.id, pageSize: 100 })
    expect(listed.stories.map(({ authorName }) => authorName)).toEqual(Array(20).fill('Before'))
    const analysed = await query<{ n: string }>(
      'story',
      `select count(*) as n from event_store where event_type = 'troupe.story.v1.StoryAnalyzed' group by stream_id`,
    )
    expect(analysed.map(({ n }) => Number(n))).toEqual(Array(20).fill(1))
  }, 120_000)
})

describe('killed in the middle of 500 CreateStory calls', () => {
  const seed = Math.floor(Math.random() * 2 ** 31)

  it(`loses no acknowledged story and doubles none, seed ${seed}`, async () => {
    const user = await mesh.newAuthor(`Seed ${seed}`)
    const client = createClient(StoryService, user.transport)
    const killAfter = seeded(seed).int(100, 400)
    const acknowledged: string[] = []
    const calls = Array.from({ length: 500 }, (_, n) => ({ title: `Seed ${seed} story ${n}`, key: randomUUID() }))
    let next = 0
    let dead: Promise<void> | undefined
    const worker = async () => {
      while (next < calls.length && !dead) {
        const { title, key } = calls[next++] as (typeof calls)[number]
        const answer = await client
          .createStory({ title }, { headers: { 'idempotency-key': key } })
          .catch(() => undefined)
        if (answer?.story) acknowledged.push(answer.story.id)
        if (acknowledged.length === killAfter) dead ??= own.kill()
      }
    }
    await Promise.all(Array.from({ length: 16 }, worker))
    await dead
    await own.start()
    const again = createClient(StoryService, user.transport)
    await inParallel(acknowledged, 16, async (storyId) => {
      expect((await again.getStory({ storyId })).story?.status).toBe(StoryStatus.DRAFT)
    })
    // Repeats of calls whose answer was lost take effect once, whether they had or not.
    await inParallel(calls, 16, ({ title, key }) =>
      again.createStory({ title }, { headers: { 'idempotency-key': key } }),
    )
    expect(await numberOf('story', `select count(*) as n from stories where author_id = '${user.id}'`)).toBe(500)
    expect(
      await numberOf(
        'story',
        `select count(*) as n from event_store where event_type = 'troupe.story.v1.StoryCreated' and event_data->>'authorId' = '${user.id}'`,
      ),
    ).toBe(500)
    await expectAllConsumedOnce()
  }, 120_000)
})
