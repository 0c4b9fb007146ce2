import { createClient } from '@connectrpc/connect'
import { Pool } from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { MeshService } from '#gen/troupe/mesh/v1/mesh_service_pb.ts'
import { CampaignStatus } from '#gen/troupe/notification/v1/campaign_pb.ts'
import { Channel } from '#gen/troupe/notification/v1/notification_pb.ts'
import { NotificationService } from '#gen/troupe/notification/v1/notification_service_pb.ts'
import { eventually, testMesh } from '../../../tests/mesh.ts'
import { type OwnMesh, startTestMesh } from '../../../tests/start-test-mesh.ts'

// Ten steps: at a tenth and at the half of them it is killed, long before the last.
const audience = 2_500

let own: OwnMesh
let database: Pool
beforeAll(async () => {
  own = await startTestMesh('campaign-crash', false)
  const url = new URL(own.facts.postgresUrl)
  url.pathname = `/${own.facts.databasePrefix}notification`
  // Kept open: who asks every 50 ms on a connection of its own each time has a good part of a core.
  database = new Pool({ connectionString: url.toString(), max: 1 })
})
afterAll(async () => {
  await database?.end()
  await own?.stop()
})

const sql = async <R extends object>(text: string, ...values: unknown[]): Promise<R[]> =>
  (await database.query<R>(text, values)).rows

const operator = async () => createClient(NotificationService, await testMesh(own.facts).operator())

it('a campaign under way when every process is killed, and killed again, reaches each person once', async () => {
  await sql(
    `insert into people (user_id, display_name, language, time_zone)
     select gen_random_uuid(), 'x', 'en', 'UTC' from generate_series(1, $1::integer)`,
    audience,
  )
  // The operator comes to them by event.
  const people = await eventually(async () => {
    const [row] = await sql<{ people: number }>('select count(*)::integer as people from people')
    return row && row.people > audience ? row.people : undefined
  })
  const notification = await operator()
  const { campaign } = await notification.createCampaign({
    name: 'To everyone',
    template: 'announcement',
    channels: [Channel.IN_APP],
    audience: { who: { case: 'everyone', value: {} } },
    data: [
      { name: 'headline', value: { case: 'text', value: 'News' } },
      { name: 'message', value: { case: 'text', value: 'There are some.' } },
    ],
  })
  const campaignId = campaign?.id ?? ''
  await notification.sendCampaign({ campaignId })
  const reached = async () => {
    const [row] = await sql<{ made: number }>(
      'select count(*)::integer as made from deliveries where campaign_id = $1',
      campaignId,
    )
    return row?.made ?? 0
  }
  const killedAt: number[] = []
  for (const share of [0.1, 0.5]) {
    await eventually(async () => (await reached()) > audience * share || undefined, 60_000)
    await own.kill()
    killedAt.push(await reached())
    await own.start()
  }
  // It was under way each time, else the test proves nothing.
  expect(killedAt.every((made) => made < people)).toBe(true)
  const again = await operator()
  const ended = await eventually(async () => {
    const { campaigns } = await again.listCampaigns({})
    const found = campaigns.find(({ id }) => id === campaignId)
    return found?.status === CampaignStatus.SENT ? found : undefined
  }, 120_000)
  expect(ended).toMatchObject({ recipients: BigInt(people), deliveries: BigInt(people) })
  const [counted] = await sql(
    `select count(*)::integer as made, count(distinct recipient_id)::integer as people from deliveries
     where campaign_id = $1`,
    campaignId,
  )
  expect(counted).toEqual({ made: people, people })
  const mesh = createClient(MeshService, await testMesh(own.facts).operator())
  const { results } = await mesh.checkInvariants({ contexts: ['notification'] })
  expect(results.flatMap(({ violations }) => violations)).toEqual([])
}, 300_000)
