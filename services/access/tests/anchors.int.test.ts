import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { suiteNats } from '../../../tests/suite-nats.ts'
import { type AnchoredAccess, openAnchored } from './anchored.ts'

const hour = 60 * 60 * 1000

let nats: Awaited<ReturnType<typeof suiteNats>>
let access: AnchoredAccess

beforeAll(async () => {
  nats = await suiteNats()
})

afterAll(() => nats.stop())

beforeEach(async () => {
  access = await openAnchored('access_anchors', nats.url)
  for (const name of ['scribe', 'editor', 'critic']) await access.call(() => access.app.createRole(name, ''))
})

afterEach(() => access.close())

/** Does to the log what its triggers forbid. */
const tamper = async (...statements: string[]): Promise<void> => {
  const { database } = access
  await database.sql('alter table audit_log disable trigger audit_log_stays')
  for (const statement of statements) await database.sql(statement)
  await database.sql('alter table audit_log enable trigger audit_log_stays')
}

const rehash = `do $$ declare e record; before text := repeat('00', 32); begin
  for e in select * from audit_log order by sequence loop
    before := encode(sha256(decode(before, 'hex') || convert_to(e.sequence || E'\\n' || e.entry, 'UTF8')), 'hex');
    update audit_log set hash = before where sequence = e.sequence;
  end loop;
  update audit_head set hash = before, sequence = (select max(sequence) from audit_log); end $$`

const rewrite = [
  'delete from audit_log where sequence = (select max(sequence) from audit_log)',
  `insert into audit_log (sequence, entry, hash) select max(sequence) + 1, '{}', '' from audit_log`,
  rehash,
]

it('a log is anchored where it grew, and once a day where it did not', async () => {
  const { anchor, anchors, app, call, clock, verify } = access
  for (let n = 0; n < 2; n += 1) await anchor()
  const { entries, anchor: first } = await verify()
  expect(first?.sequence).toBe(entries)
  expect(await anchors()).toHaveLength(1)
  await call(() => app.createRole('another', ''))
  await anchor()
  expect(await anchors()).toHaveLength(2)
  clock.advance(23 * hour)
  await anchor()
  expect(await anchors()).toHaveLength(2)
  clock.advance(hour)
  for (let n = 0; n < 2; n += 1) await anchor()
  const [, second, third, ...others] = await anchors()
  expect([third, others]).toEqual([second, []])
  expect(await verify()).toMatchObject({ isIntact: true, anchor: { sequence: entries + 1, at: clock.now() } })
})

it('a log that has long been at rest cannot be rewritten unseen', async () => {
  const { anchor, clock, forgetOlder, verify } = access
  await anchor()
  clock.advance(24 * hour)
  await anchor()
  await forgetOlder()
  expect(await verify()).toMatchObject({ isIntact: true, findings: [] })
  await tamper(...rewrite, 'update audit_head set anchored_sequence = 0')
  await anchor()
  expect((await verify()).findings[0]?.fault).toBe('REWRITTEN')
})

describe('of an attack on the database', () => {
  const attacks: [string, string, string[]][] = [
    [
      'an edited entry',
      'EDITED',
      [`update audit_log set entry = replace(entry, 'ROLE_CREATED', 'ROLE_ASSIGNED') where sequence = 3`],
    ],
    ['a deleted entry', 'DELETED', ['delete from audit_log where sequence = 5']],
    [
      'an end that was cut off, the head with it',
      'CUT',
      [
        'delete from audit_log where sequence > 10',
        'update audit_head set (sequence, hash, anchored_sequence) = (select sequence, hash, 0 from audit_log where sequence = 10)',
      ],
    ],
    ['a log that was written anew', 'REWRITTEN', rewrite],
  ]
  it.each(attacks)('%s is found, also once access has anchored it; the untouched log passes', async (_, fault, how) => {
    const { anchor, anchors, clock, verify } = access
    await anchor()
    clock.advance(24 * hour)
    await anchor()
    expect(await anchors()).toHaveLength(2)
    expect(await verify()).toMatchObject({ isIntact: true, findings: [] })
    await tamper(...how)
    expect((await verify()).findings[0]?.fault).toBe(fault)
    await tamper('update audit_head set anchored_sequence = 0')
    await anchor()
    expect(await anchors()).toHaveLength(3)
    const { isIntact, findings } = await verify()
    expect([isIntact, findings[0]?.fault]).toEqual([false, fault])
  })
})
