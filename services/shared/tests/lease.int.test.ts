import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Lease, releaseLease, renewLeases, takeLease } from '../infrastructure/consumer/lease.ts'
import type { Database } from '../infrastructure/database.ts'
import { migrations, openFixture } from './fixture.ts'
import { type SuiteDatabase, suiteDatabase } from './suite-database.ts'

describe('leases of a process', () => {
  let suite: SuiteDatabase
  let database: Database
  beforeAll(async () => {
    suite = await suiteDatabase('leases', migrations)
    database = (await openFixture(suite.url)).database
  })
  afterAll(async () => {
    await database.close()
    await suite.drop()
  })

  const take = async (consumer: string, holder: string): Promise<Lease> => {
    const lease = await takeLease(database, consumer, 'story', holder)
    if (!lease) throw new Error(`${consumer} is held`)
    return lease
  }
  const rowOf = async (consumer: string) => {
    const sql = `select holder, epoch, floor, extract(epoch from expires_at - clock_timestamp())::float8 as left
      from consumer_leases where consumer = $1`
    const [row] = await database.sql<{ holder: string; epoch: number; floor: number; left: number }>(sql, consumer)
    if (!row) throw new Error(`${consumer} has no lease`)
    return row
  }

  it('are renewed all at once with where each stands, but for one that somebody else has by now', async () => {
    const [a, b, lost] = [await take('a', 'me'), await take('b', 'me'), await take('lost', 'me')]
    expect(await takeLease(database, 'lost', 'story', 'another')).toBeUndefined()
    await releaseLease(database, lost)
    const theirs = await take('lost', 'another')
    expect(theirs.epoch).toBe(lost.epoch + 1)
    await database.sql(`update consumer_leases set expires_at = clock_timestamp() + interval '1 second'`)

    const standing = [
      { ...a, floor: 7 },
      { ...lost, floor: 99 },
      { ...b, floor: 8 },
    ]
    const renewed = await renewLeases(database, standing)
    expect([...renewed.keys()].map(({ consumer }) => consumer)).toEqual(['a', 'b'])
    for (const [consumer, floor] of [
      ['a', 7],
      ['b', 8],
    ] as const) {
      const row = await rowOf(consumer)
      expect(row).toMatchObject({ holder: 'me', epoch: 1, floor })
      expect(row.left).toBeGreaterThan(2)
    }
    const other = await rowOf('lost')
    expect(other).toMatchObject({ holder: 'another', epoch: theirs.epoch, floor: 0 })
    expect(other.left).toBeLessThan(1)
  })

  it('are told what an operator wants tried again, each its own', async () => {
    const [c, d] = [await take('c', 'me'), await take('d', 'me')]
    await database.sql(
      `insert into dead_letters (id, consumer, source, event_id, event_type, aggregate_id, correlation_id, sequence, headers,
         payload, status, reason, attempts, created_at)
       values (gen_random_uuid(), 'd', 'story', gen_random_uuid(), 'x', 'thing', '', 1, '{}', '', 'REDRIVING', '', 1, now())`,
    )
    const renewed = await renewLeases(database, [c, d])
    expect([renewed.get(c), renewed.get(d)]).toEqual([[], ['thing']])
  })
})
