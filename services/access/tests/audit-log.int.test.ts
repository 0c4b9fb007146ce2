import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openAccess, type TestAccess } from './fixture.ts'

let access: TestAccess

beforeAll(async () => {
  access = await openAccess('access_audit')
})

afterAll(() => access.close())

const verify = () => access.call(() => access.app.verifyAuditLog())
const anchor = () => access.call(() => access.app.anchorAuditLog())

const list = (pageToken = '', filter: { userId?: string; actor?: string; role?: string } = {}) =>
  access.call(() => access.app.listAuditLog({ userId: '', actor: '', role: '', ...filter, pageSize: 10, pageToken }))

/** Does something to the log that its triggers forbid, and what it takes to undo that. */
const tamper = async (...statements: string[]): Promise<void> => {
  const { database } = access
  await database.sql('alter table audit_log disable trigger audit_log_stays')
  for (const statement of statements) await database.sql(statement)
  await database.sql('alter table audit_log enable trigger audit_log_stays')
}

const backUp = () =>
  tamper(
    'create table if not exists kept as select sequence, entry, hash from audit_log',
    'create table if not exists kept_head as select * from audit_head',
  )

const restore = () =>
  tamper(
    'delete from audit_log',
    'insert into audit_log (sequence, entry, hash) select * from kept',
    'update audit_head h set sequence = k.sequence, hash = k.hash, anchored_sequence = k.anchored_sequence from kept_head k where k.id = h.id',
    'drop table kept',
    'drop table kept_head',
  )

describe('every change', () => {
  it('is written down once, with who did it, newest first', async () => {
    const { app, call, root, newUser } = access
    const user = await newUser()
    const by = { principal: { kind: 'user', userId: root, sessionId: '', roles: [] }, actor: root } as const
    await call(() => app.createRole('scribe', ''), by)
    for (let n = 0; n < 2; n += 1) await call(() => app.assignRole(root, user, 'scribe'), by)
    await call(() => app.unassignRole(root, user, 'scribe'), by)
    const { items } = await list('', { role: 'scribe' })
    expect(items.map(({ action, actor, userId, role }) => ({ action, actor, userId, role }))).toEqual([
      { action: 'ROLE_UNASSIGNED', actor: root, userId: user, role: 'scribe' },
      { action: 'ROLE_ASSIGNED', actor: root, userId: user, role: 'scribe' },
      { action: 'ROLE_CREATED', actor: root, userId: '', role: 'scribe' },
    ])
    expect((await list('', { userId: user })).items).toHaveLength(2)
    expect((await list('', { actor: root })).items.length).toBeGreaterThanOrEqual(3)
    const seen: number[] = []
    for (let token = ''; ; ) {
      const page = await list(token)
      seen.push(...page.items.map(({ sequence }) => sequence))
      if (page.nextPageToken === '') break
      token = page.nextPageToken
    }
    expect(seen).toEqual(Array.from({ length: seen.length }, (_, index) => seen.length - index))
  })

  it('goes into one chain, however many come at once', async () => {
    const { app, call } = access
    await Promise.all(Array.from({ length: 50 }, (_, n) => call(() => app.createRole(`many-${n}`, ''))))
    expect(await verify()).toMatchObject({ isIntact: true, findings: [] })
  })

  it('that fails leaves nothing behind', async () => {
    const before = (await verify()).entries
    await expect(access.call(() => access.app.createRole('scribe', ''))).rejects.toThrow()
    expect((await verify()).entries).toBe(before)
  })
})

it('the log is only ever added to', async () => {
  const { database } = access
  for (const sql of ['update audit_log set hash = hash', 'delete from audit_log', 'truncate audit_log']) {
    await expect(database.sql(sql)).rejects.toMatchObject({ code: 'TR002' })
  }
})

it('it is anchored where it grew since the last time', async () => {
  await anchor()
  const { entries, anchor: first } = await verify()
  expect(first?.sequence).toBe(entries)
  await anchor()
  expect(await access.events('audit-log')).toHaveLength(1)
  await access.call(() => access.app.createRole('another', ''))
  await anchor()
  expect(await access.events('audit-log')).toHaveLength(2)
})

describe('of an attack on the database', () => {
  const rehash = `do $$ declare e record; before text := repeat('00', 32); begin
    for e in select * from audit_log order by sequence loop
      before := encode(sha256(decode(before, 'hex') || convert_to(e.sequence || E'\\n' || e.entry, 'UTF8')), 'hex');
      update audit_log set hash = before where sequence = e.sequence;
    end loop;
    update audit_head set hash = before, sequence = (select max(sequence) from audit_log); end $$`
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
    [
      'a log that was written anew',
      'REWRITTEN',
      [
        'delete from audit_log where sequence = (select max(sequence) from audit_log)',
        `insert into audit_log (sequence, entry, hash) select max(sequence) + 1, '{}', '' from audit_log`,
        rehash,
      ],
    ],
  ]
  it.each(attacks)('%s is found, and the untouched log passes', async (_, fault, statements) => {
    await anchor()
    expect(await verify()).toMatchObject({ isIntact: true })
    await backUp()
    await tamper(...statements)
    const { isIntact, findings } = await verify()
    expect(isIntact).toBe(false)
    expect(findings[0]?.fault).toBe(fault)
    await restore()
    expect(await verify()).toMatchObject({ isIntact: true, findings: [] })
  })
})
