import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hashOfEntry } from '../infrastructure/audit-trail.ts'
import { openAccess, type TestAccess } from './fixture.ts'

let access: TestAccess

beforeAll(async () => {
  access = await openAccess('access_audit')
})

afterAll(() => access.close())

const verify = () => access.call(() => access.app.verifyAuditLog())

const list = (pageToken = '', filter: { userId?: string; actor?: string; role?: string } = {}) =>
  access.call(() => access.app.listAuditLog({ userId: '', actor: '', role: '', ...filter, pageSize: 10, pageToken }))

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

it('the database hashes any text as whoever verifies it does', async () => {
  const { database } = access
  // U+0000 and halves of surrogate pairs cannot be stored, whatever they are in.
  const text = fc
    .oneof(fc.string({ unit: 'grapheme', maxLength: 40 }), fc.string({ unit: 'binary', maxLength: 40 }))
    .filter((any) => !any.includes('\0'))
  const entry = fc
    .tuple(text, fc.constantFrom('', '\n', '\t', '    '))
    .map(([any, indent]) => JSON.stringify({ action: 'ROLE_CREATED', actor: 'ann', role: any }, undefined, indent))
  const check = fc.asyncProperty(fc.array(entry, { minLength: 200, maxLength: 300 }), async (entries) => {
    const [head] = (await database.sql('select sequence, hash from audit_head')) as [{ sequence: number; hash: string }]
    await database.sql(
      'select append_audit(entry) from unnest($1::text[]) with ordinality as e (entry, n) order by n',
      entries,
    )
    const stored = await database.sql(
      'select entry, hash from audit_log where sequence > $1 order by sequence',
      head.sequence,
    )
    let before = head.hash
    const expected = entries.map((each, index) => {
      before = hashOfEntry(before, head.sequence + index + 1, each)
      return { entry: each, hash: before }
    })
    expect(stored).toEqual(expected)
  })
  await fc.assert(check, { numRuns: 1, endOnFailure: true })
  expect(await verify()).toMatchObject({ isIntact: true, findings: [] })
})
