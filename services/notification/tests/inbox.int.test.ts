import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { seeded } from '../../../tests/chaos/random.ts'
import { kindNames } from '../domain/kinds.ts'
import { openNotification, refused, type TestNotification } from './fixture.ts'

let notification: TestNotification
beforeAll(async () => {
  notification = await openNotification('notification_inbox')
})
afterAll(() => notification.close())

const tell = (to: string) => notification.announce({ kind: 'welcome', to, data: { path: '/' } })

describe('following', () => {
  it('gives each notification once, over a hundred disconnects at any moment', async ({ onTestFailed }) => {
    const seed = Number(process.env.TROUPE_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31))
    const random = seeded(seed)
    onTestFailed(() => console.error(`disconnects of TROUPE_TEST_SEED=${seed}`))
    const reader = await notification.newPerson()
    const total = 300
    const seen: string[] = []
    let token = ''
    let connections = 0
    const writing = (async () => {
      for (let made = 0; made < total; made += 10) {
        await Promise.all(Array.from({ length: 10 }, () => tell(reader)))
      }
    })()
    const first = notification.app.watchNotifications(reader, '', new AbortController().signal)
    // The very first answer may come after some were made: whoever has it misses none from there on.
    const opened = await first.next()
    token = opened.value?.resumeToken ?? ''
    const start = Number(token)
    await first.return(undefined)
    while (seen.length < total - start) {
      connections += 1
      const controller = new AbortController()
      // How many answers it hears before it is cut, and whether the last of them still arrived.
      let left = random.int(0, 5)
      const stream = notification.app.watchNotifications(reader, token, controller.signal)
      for await (const news of stream) {
        if (left === 0 && connections < 150) {
          controller.abort()
          break
        }
        left -= 1
        token = news.resumeToken
        if (news.notification) seen.push(news.notification.id)
        if (seen.length === total - start) break
      }
    }
    await writing
    expect(connections).toBeGreaterThan(100)
    const rows = await notification.database.sql<{ id: string }>(
      'select id from deliveries where recipient_id = $1 and sequence > $2 order by sequence',
      reader,
      start,
    )
    expect(seen).toEqual(rows.map(({ id }) => id))
    expect(new Set(seen).size).toBe(seen.length)
  }, 120_000)

  it('is woken by what comes, and refuses a token that is none', async () => {
    const reader = await notification.newPerson()
    const stream = notification.app.watchNotifications(reader, '0', new AbortController().signal)
    const next = stream.next()
    const started = performance.now()
    await tell(reader)
    expect((await next).value?.notification).toMatchObject({ kind: 'welcome', sequence: 1 })
    expect(performance.now() - started).toBeLessThan(5_000)
    await stream.return(undefined)
    const bad = notification.app.watchNotifications(reader, '-1', new AbortController().signal)
    await expect(bad.next()).rejects.toEqual(refused('INVALID_RESUME_TOKEN'))
  })
})

describe('lists', () => {
  it('give each page once, newest first, while more comes, and only what is unread where asked', async () => {
    const reader = await notification.newPerson()
    for (let made = 0; made < 25; made += 1) await tell(reader)
    const list = (pageToken: string, unreadOnly = false) =>
      notification.call(() => notification.app.listNotifications(reader, { unreadOnly, pageSize: 10, pageToken }))
    const sequences: number[] = []
    for (let token = ''; ; ) {
      const page = await list(token)
      sequences.push(...page.notifications.map(({ sequence }) => sequence))
      await tell(reader)
      if (page.nextPageToken === '') break
      token = page.nextPageToken
    }
    expect(sequences).toEqual(Array.from({ length: 25 }, (_, index) => 25 - index))
    const all = await list('')
    const ids = all.notifications.slice(0, 4).map(({ id }) => id)
    const marked = await notification.call(() => notification.app.markRead(reader, ids))
    expect(marked.unreadCount).toBe(24)
    expect((await list('', true)).notifications.map(({ id }) => id)).not.toContain(ids[0])
    const stranger = await notification.newPerson()
    const steal = notification.call(() => notification.app.markRead(stranger, ids))
    await expect(steal).rejects.toEqual(refused('NOTIFICATION_NOT_FOUND'))
    await notification.call(() => notification.app.markAllRead(reader, new AbortController().signal))
    expect(await list('', true)).toMatchObject({ notifications: [], unreadCount: 0, nextPageToken: '' })
    await expect(list('nonsense')).rejects.toEqual(refused('INVALID_PAGE_TOKEN'))
  })

  it('are in the language that their reader has now', async () => {
    const reader = await notification.newPerson()
    await tell(reader)
    const titles = async () => {
      const request = { unreadOnly: false, pageSize: 1, pageToken: '' }
      const { notifications } = await notification.call(() => notification.app.listNotifications(reader, request))
      return notifications[0]?.title
    }
    expect(await titles()).toBe('Welcome to Troupe')
    await notification.call(() => notification.app.updatePreferences(reader, { language: 'es-MX' }))
    expect(await titles()).toBe('Te damos la bienvenida a Troupe')
  })
})

describe('what is marked as read', () => {
  const read = (reader: string, ids: string[]) =>
    notification.call(() => notification.app.markRead(reader, ids)).then(({ unreadCount }) => unreadCount)
  const readAll = (reader: string, signal = new AbortController().signal) =>
    notification.call(() => notification.app.markAllRead(reader, signal)).then(({ unreadCount }) => unreadCount)
  const rowsOf = (reader: string) =>
    notification.database.sql<{ id: string; read: Date | null; opened: Date | null }>(
      `select id, read_at as read, opened_at as opened from deliveries
       where recipient_id = $1 and channel = 'in_app' order by sequence`,
      reader,
    )
  const manyTo = async (reader: string, count: number) => {
    await notification.database.sql(
      `insert into deliveries (id, source_event_id, recipient_id, channel, kind, template, data, status, attempts,
         handed_over, failure, provider, made_from, created_at, sent_at, delivered_at, correlation_id, sequence, revision)
       select gen_random_uuid(), gen_random_uuid(), $1::uuid, 'in_app', 'welcome', 'welcome', '{"path": "/"}', 'DELIVERED',
         0, false, '', 'in_app', '', $2::timestamptz, $2::timestamptz, $2::timestamptz, 'x', n, 2
       from generate_series(1, $3::integer) n`,
      reader,
      notification.clock.now(),
      count,
    )
    await notification.database.sql(
      'insert into inboxes (user_id, last_sequence) values ($1, $2::bigint)',
      reader,
      count,
    )
  }
  const openedEvents = async (reader: string) => {
    const [row] = await notification.database.sql(
      `select count(*) as events, count(distinct stream_id) as deliveries from event_store
       where event_type = 'troupe.notification.v1.NotificationOpened' and event_data ->> 'recipientId' = $1`,
      reader,
    )
    return row
  }

  it('was opened then, which is told once, however often and at whatever time it is marked', async () => {
    const reader = await notification.newPerson()
    for (let made = 0; made < 3; made += 1) await tell(reader)
    const [first, second, third] = (await rowsOf(reader)).map(({ id }) => id) as [string, string, string]
    const at = notification.clock.now()
    expect(await read(reader, [first, second])).toBe(1)
    notification.clock.advance(60_000)
    await Promise.all([read(reader, [second, third]), read(reader, [first, third])])
    expect(await readAll(reader)).toBe(0)
    const later = notification.clock.now()
    expect(await rowsOf(reader)).toEqual([
      { id: first, read: at, opened: at },
      { id: second, read: at, opened: at },
      { id: third, read: later, opened: later },
    ])
    for (const id of [first, second, third]) {
      expect(await notification.events(id)).toEqual([
        'NotificationRequested',
        'NotificationDelivered',
        'NotificationOpened',
      ])
    }
    const period = { since: at, until: new Date(later.getTime() + 1), campaignId: '' }
    const stats = await notification.app.getDeliveryStats(period)
    const told = stats.find(({ channel }) => channel === 'in_app')
    const [counted] = await notification.database.sql<{ opened: number }>(
      `select count(*) as opened from deliveries where channel = 'in_app' and opened_at is not null and created_at >= $1`,
      at,
    )
    expect(told?.opened).toBe(counted?.opened)
    expect(told?.opened).toBeGreaterThanOrEqual(3)
  })

  it('by the thousand is marked some at a time, by as many calls at once as there are', async () => {
    const reader = await notification.newPerson()
    await manyTo(reader, 2_600)
    await Promise.all(Array.from({ length: 4 }, () => readAll(reader)))
    expect((await rowsOf(reader)).every(({ read: at, opened }) => at && opened)).toBe(true)
    expect(await openedEvents(reader)).toEqual({ events: 2_600, deliveries: 2_600 })
    const [statement] = await notification.database.sql<{ most: number }>(
      `select max(events) as most from (select count(*) as events from event_store
         where event_data ->> 'recipientId' = $1 group by xmin::text) statements`,
      reader,
    )
    expect(statement?.most).toBe(250)
    expect(await readAll(reader)).toBe(0)
    expect(await openedEvents(reader)).toEqual({ events: 2_600, deliveries: 2_600 })
  })

  it('is no more than is marked when its caller leaves, and goes on when they come again', async () => {
    const reader = await notification.newPerson()
    await manyTo(reader, 10)
    await expect(readAll(reader, AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone')
    expect(await read(reader, [(await rowsOf(reader))[0]?.id ?? ''])).toBe(9)
    expect(await readAll(reader)).toBe(0)
  })
})

describe('an entry whose text cannot be made', () => {
  const spoil = (userId: string, sequence: number, over: { kind: string; template: string; data: object }) =>
    notification.database.sql(
      'update deliveries set kind = $3, template = $4, data = $5::jsonb where recipient_id = $1 and sequence = $2',
      userId,
      sequence,
      over.kind,
      over.template,
      JSON.stringify(over.data),
    )
  const ownText = async (name: string, source: string) =>
    notification.database.sql(
      `insert into templates (id, name, message_type, storage, path, localisations, version, updated_at)
       values (gen_random_uuid(), $1, 'UPDATE', 'database', '', $2::jsonb, 1, now())`,
      name,
      JSON.stringify([{ locale: 'en', source }]),
    )
  beforeAll(async () => {
    await ownText('needs_more', 'subject: S\ntitle: {missing}\nshort: S\n---\n<mj-text>x</mj-text>')
    await ownText('garbled', '<!doctype html>')
  })

  const listed = async (reader: string) => {
    const request = { unreadOnly: false, pageSize: 100, pageToken: '' }
    return (await notification.call(() => notification.app.listNotifications(reader, request))).notifications
  }
  const followed = async (reader: string, count: number) => {
    const seen: { sequence: number; title: string }[] = []
    for await (const { notification: entry } of notification.app.watchNotifications(
      reader,
      '0',
      new AbortController().signal,
    )) {
      if (entry) seen.push({ sequence: entry.sequence, title: entry.title })
      if (seen.length === count) break
    }
    return seen
  }

  it('is listed and followed among the others, with something plainer', async () => {
    const reader = await notification.newPerson({ language: 'de' })
    for (let made = 0; made < 4; made += 1) await tell(reader)
    await spoil(reader, 2, { kind: 'welcome', template: 'needs_more', data: { path: '/' } })
    await spoil(reader, 3, { kind: 'announcement', template: 'garbled', data: {} })
    const titles = ['Willkommen bei Troupe', 'Willkommen bei Troupe', '1 Neuigkeit für dich', 'Willkommen bei Troupe']
    expect((await listed(reader)).map(({ title }) => title)).toEqual(titles.toReversed())
    expect((await followed(reader, 4)).map(({ title }) => title)).toEqual(titles)
  })

  it('keeps no other one from its reader, whatever it is like', async () => {
    const value = fc.oneof(fc.string(), fc.integer(), fc.record({ at: fc.string() }), fc.record({ person: fc.uuid() }))
    const names = fc.constantFrom('path', 'headline', 'message', 'author', 'title', 'characters', 'resets', 'limit')
    const entry = fc.record({
      kind: fc.constantFrom(...kindNames),
      template: fc.constantFrom(...kindNames, 'needs_more', 'garbled', 'nothing'),
      data: fc.dictionary(names, value),
    })
    const property = fc.asyncProperty(fc.array(entry, { minLength: 1, maxLength: 8 }), async (entries) => {
      const reader = await notification.newPerson()
      for (const [index, each] of entries.entries()) {
        await tell(reader)
        await spoil(reader, index + 1, each)
      }
      const sequences = entries.map((_, index) => index + 1)
      expect((await listed(reader)).map(({ sequence }) => sequence)).toEqual(sequences.toReversed())
      expect((await followed(reader, entries.length)).map(({ sequence }) => sequence)).toEqual(sequences)
    })
    await fc.assert(property, { numRuns: 30 })
  })
})
