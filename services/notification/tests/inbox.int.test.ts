import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { seeded } from '../../../tests/chaos/random.ts'
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
    await notification.call(() => notification.app.markAllRead(reader))
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
