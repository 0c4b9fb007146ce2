import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { uuidv7 } from '#shared/infrastructure/uuid.ts'
import { invariants } from '../infrastructure/invariants.ts'
import { openNotification, type TestNotification } from './fixture.ts'

let notification: TestNotification
beforeAll(async () => {
  notification = await openNotification('notification_digests')
})
afterAll(() => notification.close())

const published = (author: string, title: string) => ({
  kind: 'story_published',
  aboutId: author,
  data: { path: `/stories/${title}`, title, author: { person: author } },
})

const tellOf = async (author: string, title: string, readers: readonly string[]) => {
  await notification.announce({ ...published(author, title), to: { kind: 'users', ids: readers } })
  await notification.fanOutAll()
}

const advanceTo = (time: string) =>
  notification.clock.advance(new Date(time).getTime() - notification.clock.now().getTime())

describe('a digest', () => {
  it('gathers what waits for it, and is sent once, in the morning there', async () => {
    const author = await notification.newPerson({ displayName: 'Bo <the> Author' })
    const zones = { 'Europe/Vienna': '21T07:00', 'America/New_York': '20T13:00', 'Asia/Kolkata': '21T02:30' }
    const readers = await Promise.all(
      Object.keys(zones).map((timeZone) => notification.newPerson({ timeZone, language: 'de' })),
    )
    for (const title of ['The wood', 'The sea']) await tellOf(author, title, readers)
    expect(await notification.sendDue()).toBe(0)
    for (const [index, time] of Object.values(zones).entries()) {
      const reader = readers[index] ?? ''
      const [digest] = await notification.database.sql<{ due: Date }>(
        `select due_at as due from deliveries where recipient_id = $1 and kind = 'digest'`,
        reader,
      )
      // At 8 o'clock there: in New York it is still the morning of the 20th, at five.
      expect(digest?.due.toISOString()).toBe(`2026-11-${time}:00.000Z`)
    }
    advanceTo('2026-11-20T13:00:00Z')
    expect(await notification.sendDue()).toBe(1)
    expect(await notification.mailsOf(readers[1] ?? '')).toHaveLength(1)
    expect(await notification.mailsOf(readers[0] ?? '')).toEqual([])
    advanceTo('2026-11-21T07:00:00Z')
    await Promise.all([notification.sendDue(), notification.sendDue()])
    await notification.sendDue()
    const [mail, ...more] = await notification.mailsOf(readers[0] ?? '')
    expect(more).toEqual([])
    expect(mail?.subject).toBe('2 Neuigkeiten für dich')
    expect(mail?.text).toMatch(/Neu von Bo <the> Author[\s\S]*The wood[\s\S]*Neu von Bo <the> Author[\s\S]*The sea/)
    expect(mail?.html).toContain('Neu von Bo &lt;the&gt; Author')
    expect(await notification.mailsOf(readers[1] ?? '')).toHaveLength(1)
    expect((await notification.statusesOf(readers[0] ?? '')).filter((each) => each.includes('email'))).toEqual([
      'digest email SENT',
      'story_published email SENT',
      'story_published email SENT',
    ])
  })

  it('of the day on which clocks are changed, and of the next, comes at the same time there', async () => {
    advanceTo('2027-03-27T12:00:00Z')
    const author = await notification.newPerson()
    const reader = await notification.newPerson({ timeZone: 'Europe/Vienna' })
    const dues: string[] = []
    for (const day of ['2027-03-27T12:00:00Z', '2027-03-28T12:00:00Z']) {
      advanceTo(day)
      await tellOf(author, `of ${day}`, [reader])
      const [digest] = await notification.database.sql<{ due: Date }>(
        `select due_at as due from deliveries where recipient_id = $1 and kind = 'digest' order by due_at desc`,
        reader,
      )
      dues.push(digest?.due.toISOString() ?? '')
    }
    expect(dues).toEqual(['2027-03-28T06:00:00.000Z', '2027-03-29T06:00:00.000Z'])
  })

  it('that is being sent takes nothing more: what comes then waits for the next', async () => {
    advanceTo('2027-04-10T12:00:00Z')
    const author = await notification.newPerson()
    const reader = await notification.newPerson()
    await tellOf(author, 'early', [reader])
    await notification.database.sql(
      `update deliveries set claimed_until = clock_timestamp() where recipient_id = $1 and kind = 'digest'`,
      reader,
    )
    await tellOf(author, 'late', [reader])
    advanceTo('2027-04-11T08:00:00Z')
    await notification.sendDue()
    const [first, ...none] = await notification.mailsOf(reader)
    expect(none).toEqual([])
    expect(first?.text).toContain('early')
    expect(first?.text).not.toContain('late')
    advanceTo('2027-04-12T08:00:00Z')
    await notification.sendDue()
    expect((await notification.mailsOf(reader))[0]?.text).toContain('late')
  })

  it('leaves out what its reader no longer wants, and does not come for nothing', async () => {
    const author = await notification.newPerson()
    const reader = await notification.newPerson()
    await tellOf(author, 'unwanted', [reader])
    const off = { kind: 'story_published', channel: 'email', mode: 'off' } as const
    await notification.call(() => notification.app.updatePreferences(reader, { channels: [off] }))
    advanceTo('2027-04-20T08:00:00Z')
    await notification.sendDue()
    expect(await notification.mailsOf(reader)).toEqual([])
    expect(await notification.statusesOf(reader)).toEqual([
      'digest email FAILED NOTHING_TO_TELL',
      'story_published email FAILED SWITCHED_OFF',
      'story_published in_app DELIVERED',
    ])
  })

  it('leaves out what cannot be rendered, which has failed with its reason, and is not tried for ever', async () => {
    advanceTo('2027-04-21T12:00:00Z')
    const author = await notification.newPerson()
    const [one, other] = [await notification.newPerson(), await notification.newPerson()]
    const untitled = { kind: 'story_published', aboutId: author, data: { path: '/', author: { person: author } } }
    await notification.announce({ ...untitled, to: { kind: 'users', ids: [one, other] } })
    await tellOf(author, 'readable', [one])
    advanceTo('2027-04-22T08:00:00Z')
    await notification.sendDue()
    expect(await notification.sendDue()).toBe(0)
    const [mail] = await notification.mailsOf(one)
    expect(mail?.subject).toBe('1 piece of news for you')
    expect(mail?.text).toContain('readable')
    const failed = expect.stringMatching(/^story_published email FAILED VALUE_MISSING: /)
    const mailsTo = async (reader: string) =>
      (await notification.statusesOf(reader)).filter((status) => status.includes('email')).toSorted()
    expect(await mailsTo(one)).toEqual(['digest email SENT', failed, 'story_published email SENT'])
    expect(await mailsTo(other)).toEqual(['digest email FAILED NOTHING_TO_TELL', failed])
  })

  it('waits while identity is away', async () => {
    const author = await notification.newPerson()
    const reader = await notification.newPerson()
    await tellOf(author, 'later', [reader])
    advanceTo('2027-04-24T08:00:00Z')
    notification.setAway(true)
    await expect(notification.sendDue()).rejects.toThrow('AWAY')
    notification.setAway(false)
    await notification.sendDue()
    expect((await notification.mailsOf(reader))[0]?.text).toContain('later')
  })

  it('is one, however many things come for it at once', async () => {
    const authors = await Promise.all(Array.from({ length: 12 }, () => notification.newPerson()))
    const reader = await notification.newPerson()
    await Promise.all(
      authors.map(async (author) => {
        const eventId = uuidv7()
        const to = { kind: 'users', ids: [reader] } as const
        await notification.announce({ ...published(author, 'x'), to, eventId })
        const step = () => notification.call(() => notification.app.fanOutStep(eventId))
        // Who loses five races in a row is run again by the worker.
        await step().catch(step).catch(step)
      }),
    )
    const statuses = await notification.statusesOf(reader)
    expect(statuses.filter((each) => each.startsWith('digest'))).toEqual(['digest email PENDING'])
    expect(statuses.filter((each) => each.startsWith('story_published email'))).toHaveLength(12)
  })
})

describe('a digest of more than anybody reads', () => {
  const total = 700
  const day = 24 * 60 * 60_000

  /** What waits for the next digest of somebody: `rows` are told of in the order in which they come. */
  const waiting = async (rows: readonly { kind?: string; data: object }[]) => {
    const author = await notification.newPerson()
    const reader = await notification.newPerson()
    await tellOf(author, 'the first', [reader])
    const data = rows.map((row) => ({ kind: 'story_published', ...row }))
    for (let begin = 0; begin < data.length; begin += 200) {
      await notification.database.sql(
        `insert into deliveries (id, source_event_id, recipient_id, channel, kind, template, data, status, digest_id, attempts,
           handed_over, failure, provider, made_from, created_at, correlation_id, revision)
         select gen_random_uuid(), gen_random_uuid(), d.recipient_id, 'email', r.row ->> 'kind', r.row ->> 'kind',
           r.row -> 'data', 'PENDING', d.id, 0, false, '', '', '', d.created_at + ($3::integer + r.n) * interval '1 second',
           'x', 1
         from deliveries d, jsonb_array_elements($2::jsonb) with ordinality r (row, n)
         where d.recipient_id = $1::uuid and d.kind = 'digest'`,
        reader,
        JSON.stringify(data.slice(begin, begin + 200)),
        begin,
      )
    }
    const [digest] = await notification.database.sql<{ id: string }>(
      `select id from deliveries where recipient_id = $1 and kind = 'digest'`,
      reader,
    )
    return { author, reader, digestId: digest?.id ?? '' }
  }
  const titled = (title: string) => ({ data: { path: '/', title, author: { person: crypto.randomUUID() } } })
  const counted = async (reader: string) => {
    const rows = await notification.database.sql<{ status: string; failure: string; count: number }>(
      `select status, split_part(failure, ':', 1) as failure, count(*) as count from deliveries
       where recipient_id = $1 and channel = 'email' and kind <> 'digest' group by 1, 2 order by 1, 2`,
      reader,
    )
    return rows.map(({ status, failure, count }) => `${count} ${status}${failure && ` ${failure}`}`)
  }
  const eventsOf = async (digestId: string, name: string) => {
    const [row] = await notification.database.sql<{ events: number; deliveries: number; most: number }>(
      `with each as (select e.stream_id, e.xmin::text as statement from event_store e
         join deliveries d on d.id::text = e.stream_id
         where (d.digest_id = $1 or d.id = $1) and e.event_type = 'troupe.notification.v1.' || $2)
       select count(*) as events, count(distinct stream_id) as deliveries,
         coalesce((select max(n) from (select count(*) as n from each group by statement) s), 0) as most from each`,
      digestId,
      name,
    )
    return row
  }
  const broken = async () => {
    const violations: unknown[] = []
    for (const { sql } of invariants) violations.push(...(await notification.database.sql(sql)))
    return violations
  }
  const send = (id: string) => notification.app.sendDelivery(id, new AbortController().signal)

  it('spells out the newest and says how many more there are, and is closed some at a time', async () => {
    const { reader, digestId } = await waiting(Array.from({ length: total }, (_, n) => titled(`story ${n + 1};`)))
    notification.clock.advance(day)
    await send(digestId)
    // As if the process had ended here: the mail went out, and most of what it tells of does not know yet.
    expect(await notification.mailsOf(reader)).toHaveLength(1)
    expect(await counted(reader)).toEqual(['451 PENDING', '250 SENT'])
    expect(await broken()).toEqual([])
    const report = { providerId: digestId, kind: 'opened', at: notification.clock.now(), detail: '' } as const
    const tell = () => notification.call(() => notification.app.noteReport('mailbox', report))
    expect(await tell()).toBe(false)
    expect((await notification.workers.nextDue())?.getTime()).toBeLessThanOrEqual(notification.clock.now().getTime())
    await send(digestId)
    notification.workers.start()
    await expect.poll(() => counted(reader), { timeout: 20_000 }).toEqual([`${total + 1} SENT`])
    await notification.workers.stop()
    const [mail, ...more] = await notification.mailsOf(reader)
    expect(more).toEqual([])
    expect(mail?.subject).toBe(`${total + 1} pieces of news for you`)
    const shown = [...(mail?.text.matchAll(/story (\d+);/g) ?? [])].map(([, n]) => Number(n))
    expect([...new Set(shown)]).toEqual(Array.from({ length: 50 }, (_, n) => total - 49 + n))
    expect(mail?.text).toContain(`+ ${total + 1 - 50}`)
    expect(await eventsOf(digestId, 'NotificationSent')).toEqual({
      events: total + 2,
      deliveries: total + 2,
      most: 251,
    })
    for (let times = 0; times < 2; times += 1) expect(await tell()).toBe(true)
    const opened = await eventsOf(digestId, 'NotificationOpened')
    expect(opened).toEqual({ events: total + 2, deliveries: total + 2, most: 250 })
    expect(await broken()).toEqual([])
  }, 60_000)

  it('leaves out what nobody wants and what cannot be rendered, however much that is', async () => {
    const rows = Array.from({ length: total }, (_, n) =>
      n < 300 ? { ...titled('x'), kind: 'story_shared' } : n < 320 ? titled(`story ${n};`) : { data: { path: '/' } },
    )
    const { reader, digestId } = await waiting(rows)
    notification.clock.advance(day)
    await send(digestId)
    const [mail] = await notification.mailsOf(reader)
    expect(mail?.subject).toBe('21 pieces of news for you')
    expect([...new Set(mail?.text.match(/story \d+;|the first/g))]).toHaveLength(21)
    expect(await counted(reader)).toEqual(['300 FAILED SWITCHED_OFF', '380 FAILED VALUE_MISSING', '21 SENT'])
    expect(await broken()).toEqual([])
  }, 60_000)

  it('that fails takes all that waited for it along', async () => {
    const { reader, digestId } = await waiting(Array.from({ length: 300 }, (_, n) => titled(`story ${n};`)))
    notification.clock.advance(day)
    notification.contacts.delete(reader)
    await send(digestId)
    const step = () => notification.call(() => notification.app.followStep(digestId))
    await Promise.all([step(), step()])
    expect(await step()).toBe(false)
    expect(await counted(reader)).toEqual(['301 FAILED DIGEST_FAILED'])
    expect(await eventsOf(digestId, 'NotificationFailed')).toMatchObject({ events: 302, deliveries: 302 })
  }, 60_000)
})

describe('quiet hours', () => {
  it('hold a mail back until they end, also when they were set after it was made', async () => {
    advanceTo('2027-05-01T21:00:00Z')
    const reader = await notification.newPerson({ timeZone: 'Europe/Vienna' })
    await notification.announce({ kind: 'welcome', to: reader, data: { path: '/' } })
    const quietHours = { startMinute: 22 * 60, endMinute: 7 * 60 }
    await notification.call(() => notification.app.updatePreferences(reader, { quietHours }))
    await notification.sendDue()
    expect(await notification.mailsOf(reader)).toEqual([])
    await notification.announce({ kind: 'welcome', to: reader, data: { path: '/' } })
    advanceTo('2027-05-02T04:59:00Z')
    expect(await notification.sendDue()).toBe(0)
    advanceTo('2027-05-02T05:00:00Z')
    await notification.sendDue()
    expect(await notification.mailsOf(reader)).toHaveLength(2)
  })

  it('hold a digest back until they end, also when they were set after it was made', async () => {
    advanceTo('2027-05-10T12:00:00Z')
    const author = await notification.newPerson()
    const [early, late] = [await notification.newPerson(), await notification.newPerson()]
    const quietHours = { startMinute: 22 * 60, endMinute: 9 * 60 }
    const set = (reader: string) => notification.call(() => notification.app.updatePreferences(reader, { quietHours }))
    await set(early)
    await tellOf(author, 'at nine', [early, late])
    await set(late)
    const dues = async () => {
      const rows = await notification.database.sql<{ due: Date }>(
        `select due_at as due from deliveries where recipient_id = any($1::uuid[]) and kind = 'digest' order by due_at`,
        [early, late],
      )
      return rows.map(({ due }) => due.toISOString().slice(5, 16))
    }
    expect(await dues()).toEqual(['05-11T08:00', '05-11T09:00'])
    for (const time of ['2027-05-11T08:00:00Z', '2027-05-11T08:59:00Z']) {
      advanceTo(time)
      await notification.sendDue()
      expect([...(await notification.mailsOf(early)), ...(await notification.mailsOf(late))]).toEqual([])
    }
    expect(await dues()).toEqual(['05-11T09:00', '05-11T09:00'])
    advanceTo('2027-05-11T09:00:00Z')
    await notification.sendDue()
    for (const reader of [early, late]) expect(await notification.mailsOf(reader)).toHaveLength(1)
  })
})
