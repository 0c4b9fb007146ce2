import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { testLog as log } from '#shared/tests/fixture.ts'
import { createWorkers } from '../infrastructure/workers.ts'
import { openNotification, type TestNotification } from './fixture.ts'

let notification: TestNotification
beforeAll(async () => {
  notification = await openNotification('notification_queue')
})
afterAll(() => notification.close())
beforeEach(() => notification.database.sql('delete from deliveries'))

const welcome = { kind: 'welcome', data: { path: '/' } } as const

/** Mails that one person is to get, all due before now. */
const manyTo = (userId: string, count: number, campaignId: string | null) =>
  notification.database.sql(
    `insert into deliveries (id, source_event_id, recipient_id, channel, kind, template, campaign_id, data, status, due_at,
       attempts, handed_over, failure, provider, made_from, created_at, correlation_id, revision)
     select gen_random_uuid(), gen_random_uuid(), $1::uuid, 'email', 'announcement', 'announcement', $2::uuid,
       '{"headline": "News", "message": "There are some."}', 'PENDING', $3::timestamptz, 0, false, '', '', '',
       $3::timestamptz, 'x', 1
     from generate_series(1, $4::integer)`,
    userId,
    campaignId,
    new Date('2026-11-20T08:00:00Z'),
    count,
  )

const sentOf = async (kind: string): Promise<number> => {
  const [row] = await notification.database.sql<{ sent: number }>(
    `select count(*)::integer as sent from deliveries where kind = $1 and status = 'SENT' and channel = 'email'`,
    kind,
  )
  return row?.sent ?? 0
}

describe('a password that is reset', () => {
  it('does not wait for a campaign, nor a campaign for it', async () => {
    const userId = await notification.newPerson()
    const request = crypto.randomUUID()
    notification.links.set(request, `${request}@example.com`)
    await manyTo(userId, 10_000, crypto.randomUUID())
    await notification.announce({ kind: 'password_reset', to: userId, data: { request } })
    notification.workers.start()
    try {
      await expect.poll(() => sentOf('password_reset'), { timeout: 10_000 }).toBe(1)
      const campaign = await sentOf('announcement')
      expect(campaign).toBeLessThan(2_000)
      await expect.poll(() => sentOf('announcement'), { timeout: 10_000 }).toBeGreaterThan(campaign)
    } finally {
      await notification.workers.stop()
    }
  })
})

describe('a delivery that throws', () => {
  it('is held back longer each time, counts no try, and keeps nobody waiting', async () => {
    const { database, clock } = notification
    const userId = await notification.newPerson()
    await manyTo(userId, 40, null)
    const poisoned = new Set((await database.sql<{ id: string }>('select id from deliveries')).map(({ id }) => id))
    const workers = createWorkers({
      database,
      clock,
      log,
      sendDelivery: async (id, signal) => {
        if (poisoned.has(id)) throw new Error('identity is away')
        return notification.app.sendDelivery(id, signal)
      },
      fanOutStep: async () => false,
      followStep: async () => false,
      remind: async () => {},
    })
    await notification.announce({ ...welcome, to: userId })
    workers.start()
    try {
      await expect.poll(() => sentOf('welcome'), { timeout: 10_000 }).toBe(1)
      const leastSetbacks = async () => {
        // As if each pause were over.
        await database.sql(`update deliveries set retry_at = '-infinity' where kind = 'announcement' and setbacks < 5`)
        workers.wake()
        const [row] = await database.sql<{ least: number }>(
          `select min(setbacks) as least from deliveries where kind = 'announcement'`,
        )
        return row?.least
      }
      await expect.poll(leastSetbacks, { timeout: 20_000 }).toBe(5)
      const held = await database.sql(
        `select setbacks, attempts, status, bool_and(retry_at > clock_timestamp() + interval '20 seconds') as "isHeld",
           count(*)::integer as rows from deliveries where kind = 'announcement' group by setbacks, attempts, status`,
      )
      expect(held).toEqual([{ setbacks: 5, attempts: 0, status: 'PENDING', isHeld: true, rows: 40 }])
    } finally {
      await workers.stop()
    }
  })
})

describe('the next that is due', () => {
  it('is the first of what is urgent and what is not', async () => {
    const { clock, workers } = notification
    const userId = await notification.newPerson()
    expect(await workers.nextDue()).toBeUndefined()
    await notification.announce({ kind: 'password_reset', to: userId, data: { request: crypto.randomUUID() } })
    expect(await workers.nextDue()).toEqual(clock.now())
    await manyTo(userId, 1, null)
    expect(await workers.nextDue()).toEqual(new Date('2026-11-20T08:00:00Z'))
    expect(await workers.isQuiet(clock.now())).toBe(false)
  })
})
