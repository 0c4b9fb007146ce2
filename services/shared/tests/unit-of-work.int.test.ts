import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exhausted } from '../domain/errors.ts'
import type { UnitOfWork } from '../infrastructure/unit-of-work.ts'
import { uuidv7 } from '../infrastructure/uuid.ts'
import { inCall, migrations, Note, openFixture } from './fixture.ts'
import { suiteDatabase } from './suite-database.ts'

let fixture: Awaited<ReturnType<typeof openFixture>>
let suite: Awaited<ReturnType<typeof suiteDatabase>>

beforeAll(async () => {
  suite = await suiteDatabase('unit_of_work', migrations)
  fixture = await openFixture(suite.url)
})

afterAll(async () => {
  await fixture.database.close()
  await suite.drop()
})

const run = <T>(handler: (unit: UnitOfWork) => Promise<T>, key = uuidv7()) =>
  inCall(() => fixture.units.run({ key, handler }))

const write = async (text: string = uuidv7()) => {
  const id = uuidv7()
  await run(async (unit) => unit.add(Note.write(id, 'ann', text)))
  return id
}

const eventsOf = (id: string) =>
  fixture.database.sql<{ event_version: number; event_type: string }>(
    'select event_version, event_type, event_data, event_metadata from event_store where stream_id = $1 order by position',
    id,
  )

describe('a unit of work', () => {
  it('saves an aggregate with its event and outbox row, and finds it again', async () => {
    const id = await write('it\'s \\ ✨ "quoted"')
    const found = await run(async (unit) => unit.find(Note, id))
    expect(found).toBeInstanceOf(Note)
    expect(found).toMatchObject({ text: 'it\'s \\ ✨ "quoted"', author: 'ann', revision: 1 })
    expect(await eventsOf(id)).toMatchObject([{ event_version: 1, event_type: 'troupe.story.v1.StoryCreated' }])
    const [outbox] = await fixture.database.sql<{ n: number }>(
      'select count(*) as n from outbox join event_store using (position) where stream_id = $1',
      id,
    )
    expect(outbox?.n).toBe(1)
  })

  it('numbers events by the revision, several a flush and without a changed row too', async () => {
    const id = await write()
    await run(async (unit) => (await unit.find(Note, id))?.edit('second', 3))
    await run(async (unit) => (await unit.find(Note, id))?.touch())
    await run(async (unit) => unit.remove((await unit.find(Note, id)) as Note))
    expect((await eventsOf(id)).map((event) => event.event_version)).toEqual([1, 2, 3, 4, 5])
    expect(await run(async (unit) => unit.find(Note, id))).toBeUndefined()
  })

  it('runs a handler again that lost the optimistic lock, so that no change is lost', async () => {
    const id = await write()
    const edits = 4
    const allLoaded = Promise.withResolvers<void>()
    let loads = 0
    await Promise.all(
      Array.from({ length: edits }, (_, n) =>
        run(async (unit) => {
          const note = (await unit.find(Note, id)) as Note
          loads += 1
          if (loads === edits) allLoaded.resolve()
          await allLoaded.promise
          note.tags = [...note.tags, `t${n}`]
          note.touch()
        }),
      ),
    )
    const note = (await run(async (unit) => unit.find(Note, id))) as Note
    expect([...note.tags].sort()).toEqual(['t0', 't1', 't2', 't3'])
    expect(fixture.conflicts()).toBeGreaterThan(0)
  })

  it('writes nothing at all when the handler or a constraint refuses', async () => {
    const text = uuidv7()
    await write(text)
    const id = uuidv7()
    await expect(run(async (unit) => unit.add(Note.write(id, 'ann', text)))).rejects.toMatchObject({
      reason: 'TEXT_TAKEN',
    })
    await expect(
      run(async (unit) => {
        unit.add(Note.write(id, 'ann', uuidv7()))
        throw new Error('no')
      }),
    ).rejects.toThrow('no')
    expect(await eventsOf(id)).toEqual([])
    expect(await run(async (unit) => unit.find(Note, id))).toBeUndefined()
  })

  it('makes the same ids and keys in every run of one key', async () => {
    const key = uuidv7()
    const ids = () => run(async (unit) => [unit.next(), unit.next(), unit.keyFor('m'), unit.keyFor('m')], key)
    const first = await ids()
    expect(await ids()).toEqual(first)
    expect(new Set(first).size).toBe(4)
  })

  it('falls back to the ORM where change sets depend on each other', async () => {
    const text = uuidv7()
    const first = await write(text)
    const second = uuidv7()
    await run(async (unit) => {
      unit.remove((await unit.find(Note, first)) as Note)
      unit.add(Note.write(second, 'ben', text))
    })
    expect(await run(async (unit) => unit.find(Note, first))).toBeUndefined()
    expect(await eventsOf(second)).toHaveLength(1)
    await run(async (unit) => (await unit.find(Note, second))?.edit(uuidv7(), 2))
    await run(async (unit) => (await unit.find(Note, second))?.touch())
    expect((await eventsOf(second)).map((event) => event.event_version)).toEqual([1, 2, 3, 4])
  })
})

describe('a guarded counter', () => {
  const full = exhausted('SOLD_OUT', 'nothing is left')
  const take = (id: string, amount: number) =>
    run(async (unit) =>
      unit.guard({
        table: 'stock',
        key: { column: 'id', value: id },
        add: { available: -amount, held: amount },
        atMost: { held: 'capacity' },
        orElse: full,
      }),
    )
  const stock = async (available: number) => {
    const id = uuidv7()
    await fixture.database.sql('insert into stock (id, available, capacity) values ($1, $2, $2)', id, available)
    return id
  }

  it('sells exactly what there is, however many buy at once', async () => {
    const id = await stock(20)
    const results = await Promise.allSettled(Array.from({ length: 50 }, () => take(id, 1)))
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(20)
    for (const result of results)
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ reason: 'SOLD_OUT' })
    expect(await fixture.database.sql('select available, held from stock where id = $1', id)).toEqual([
      { available: 0, held: 20 },
    ])
  })

  it('is all or nothing over several rows and never goes below zero', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(2), fc.integer({ min: 1, max: 4 })), { minLength: 1, maxLength: 12 }),
        async (orders) => {
          const ids = [await stock(5), await stock(5), await stock(5)]
          const bought = await Promise.all(
            orders.map(([n, amount]) =>
              run(async (unit) => {
                for (const id of [ids[n], ids[(n + 1) % 3]] as string[]) {
                  unit.guard({
                    table: 'stock',
                    key: { column: 'id', value: id },
                    add: { available: -amount, held: amount },
                    orElse: full,
                  })
                }
              }).then(
                () =>
                  [
                    [n, amount],
                    [(n + 1) % 3, amount],
                  ] as [number, number][],
                () => [],
              ),
            ),
          )
          const sold = [0, 0, 0]
          for (const [n, amount] of bought.flat()) sold[n] = (sold[n] ?? 0) + amount
          for (const [n, id] of ids.entries()) {
            const [row] = await fixture.database.sql('select available, held from stock where id = $1', id)
            expect(row).toEqual({ available: 5 - (sold[n] ?? 0), held: sold[n] })
          }
        },
      ),
      { numRuns: 15 },
    )
  })
})
