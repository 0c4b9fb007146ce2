import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Lease, releaseLease, renewLeases, resetLease, takeLease } from '#shared/infrastructure/consumer/lease.ts'
import { sweep } from '#shared/infrastructure/janitor.ts'
import { uuidv7 } from '#shared/infrastructure/uuid.ts'
import type { Push, SendOutcome } from '../domain/ports.ts'
import { erasePerson } from '../infrastructure/erasing.ts'
import { expiries } from '../infrastructure/expiries.ts'
import { createKeyedHash, createUnsubscribeTokens } from '../infrastructure/keyed-hash.ts'
import { openNotification, refused, type TestNotification } from './fixture.ts'

const pushed: { key: string; token: string }[] = []
let outcomeOf: (token: string) => SendOutcome = () => ({ kind: 'accepted', providerId: uuidv7() })
const push = {
  name: 'test',
  send: async ({ device }: Push, key: string) => {
    pushed.push({ key, token: device.token })
    return outcomeOf(device.token)
  },
}

const day = 24 * 60 * 60_000

let notification: TestNotification
beforeAll(async () => {
  const env = { TROUPE_NOTIFICATION_FOLLOWERS: 'everyone' }
  notification = await openNotification('notification_crowds', { senders: { push: { web: push, fcm: push } } }, env)
})
afterAll(() => notification.close())

const manyPeople = async (count: number): Promise<void> => {
  await notification.database.sql(
    `insert into people (user_id, display_name, language, time_zone)
     select gen_random_uuid(), 'x', 'en', 'UTC' from generate_series(1, $1::integer)`,
    count,
  )
}

const toEveryone = {
  name: 'n',
  template: 'announcement',
  channels: ['in_app' as const],
  audience: { kind: 'everyone' as const },
  data: { headline: 'x', message: 'y' },
}

/** Sends a campaign to everyone, and makes its first step. */
const beginToTellEveryone = async () => {
  const { app, call } = notification
  const { campaign } = await call(() => app.createCampaign(toEveryone))
  await call(() => app.sendCampaign(campaign.id))
  expect(await call(() => app.fanOutStep(campaign.id))).toBe(true)
  return campaign
}

const register = (userId: string, token: string) =>
  notification.call(() =>
    notification.app.registerDevice(userId, { kind: 'fcm', token, p256dh: '', auth: '', name: 'mine' }),
  )

describe('a crowd', () => {
  // Nobody waits below until a thousand digests are sent.
  afterAll(() => notification.database.sql('truncate deliveries'))

  it('is reached once each, by steps that any number of workers take at once', async () => {
    const author = await notification.newPerson()
    await manyPeople(1_300)
    const eventId = uuidv7()
    const data = { path: '/stories/1', title: 'The wood', author: { person: author } }
    const happening = { kind: 'story_published', aboutId: author, data, to: { kind: 'followers', of: author } } as const
    await notification.announce({ ...happening, eventId })
    await notification.announce({ ...happening, eventId })
    const work = async () => {
      for (let isMore = true; isMore; ) {
        isMore = await notification
          .call(() => notification.app.fanOutStep(eventId))
          .catch((error: { reason?: string }) => {
            if (error.reason !== 'TOO_MUCH_CONTENTION') throw error
            return true
          })
      }
    }
    await Promise.all([work(), work(), work()])
    const [row] = await notification.database.sql<{ rows: number; people: number }>(
      `select count(*) as rows, count(distinct recipient_id) as people from deliveries
       where source_event_id = $1 and channel = 'in_app'`,
      eventId,
    )
    expect(row).toEqual({ rows: 1_300, people: 1_300 })
    const [fanOut] = await notification.database.sql('select status from fan_outs where id = $1', eventId)
    expect(fanOut).toEqual({ status: 'DONE' })
  })

  it('is reached no further, and not left out, while who belongs to it is read again', async () => {
    const { app, call, database } = notification
    const campaign = await beginToTellEveryone()
    const recipients = async () => {
      const { items } = await call(() => app.listCampaigns({ pageSize: 100, pageToken: '' }))
      return items.find((item) => item.campaign.id === campaign.id)?.recipients
    }
    const lease = (await takeLease(database, 'people', 'identity', 'reader')) as Lease
    await releaseLease(database, { ...lease, streamCreated: 'once' })
    await database.sql('create table away as select * from people')
    // As a replay does.
    await database.transaction(async (run) => {
      await resetLease(run, 'people')
      await run('delete from people')
    })
    await expect(call(() => app.fanOutStep(campaign.id))).rejects.toEqual(refused('PEOPLE_INCOMPLETE'))
    await database.sql('insert into people select * from away')
    await database.sql('drop table away')
    await expect(call(() => app.fanOutStep(campaign.id))).rejects.toEqual(refused('PEOPLE_INCOMPLETE'))
    expect(await recipients()).toBe(250)
    // As its reader does who has read all.
    const again = (await takeLease(database, 'people', 'identity', 'reader')) as Lease
    await renewLeases(database, [{ ...again, streamCreated: 'once' }])
    await notification.fanOutAll()
    const [row] = await database.sql<{ people: number }>('select count(*) as people from people')
    expect(await recipients()).toBe(row?.people)
  })

  it('is not reached further once its campaign is cancelled', async () => {
    const { app, call } = notification
    const campaign = await beginToTellEveryone()
    const cancelled = await call(() => app.cancelCampaign(campaign.id))
    expect(cancelled).toMatchObject({ recipients: 250, deliveries: 250 })
    expect(await call(() => app.fanOutStep(campaign.id))).toBe(false)
    // As by an event that came while it was cancelled.
    await notification.database.sql(`update fan_outs set status = 'RUNNING' where campaign_id = $1`, campaign.id)
    expect(await call(() => app.fanOutStep(campaign.id))).toBe(false)
    const [fanOut] = await notification.database.sql('select status from fan_outs where id = $1', campaign.id)
    expect(fanOut).toEqual({ status: 'CANCELLED' })
    // As after some months.
    await notification.database.sql('delete from fan_outs where campaign_id = $1', campaign.id)
    const { items } = await call(() => app.listCampaigns({ pageSize: 100, pageToken: '' }))
    const listed = items.find((item) => item.campaign.id === campaign.id)
    expect(listed).toMatchObject({ recipients: 250, deliveries: 250 })
    const missing = call(() => app.createCampaign({ ...toEveryone, template: 'nothing' }))
    await expect(missing).rejects.toEqual(refused('TEMPLATE_NOT_FOUND'))
    const unheard = call(() =>
      app.createCampaign({ ...toEveryone, audience: { kind: 'event', type: 'troupe.a.v1.B' } }),
    )
    await expect(unheard).rejects.toEqual(refused('UNKNOWN_EVENT_TYPE'))
  })

  it('of one hears of an event from the campaigns that wait for it, each once, until they are cancelled', async () => {
    const { app, call } = notification
    const reader = await notification.newPerson()
    const init = {
      name: 'n',
      template: 'announcement',
      channels: ['in_app' as const],
      audience: { kind: 'event', type: 'troupe.story.v1.StoryShared' } as const,
      data: { headline: 'Well shared', message: 'y' },
    }
    const { campaign } = await call(() => app.createCampaign(init))
    const share = () =>
      notification.announce({
        eventType: 'troupe.story.v1.StoryShared',
        kind: 'story_shared',
        to: reader,
        data: { path: '/', expires: { at: '2027-01-01T00:00:00Z' } },
      })
    await share()
    await call(() => app.sendCampaign(campaign.id))
    await share()
    await notification.fanOutAll()
    await call(() => app.cancelCampaign(campaign.id))
    await share()
    await notification.fanOutAll()
    const statuses = await notification.statusesOf(reader)
    expect(statuses.filter((each) => each.startsWith('announcement'))).toEqual(['announcement in_app DELIVERED'])
    expect(statuses.filter((each) => each.startsWith('story_shared'))).toHaveLength(3)
  })
})

describe('a campaign', () => {
  const shared = { kind: 'event', type: 'troupe.story.v1.StoryPublished' } as const
  const textOf = (head: string, body = 'x') => `subject: S\ntitle: ${head}\nshort: S\n---\n<mj-text>${body}</mj-text>`
  const upsert = (name: string, localisations: { locale: string; source: string }[]) =>
    notification.call(() =>
      notification.app.upsertTemplate({ name, messageType: 'UPDATE', storage: 'database', path: '', localisations }),
    )
  const draw = (over: Partial<Parameters<TestNotification['app']['createCampaign']>[0]>) =>
    notification.call(() =>
      notification.app.createCampaign({
        name: 'n',
        template: 'announcement',
        channels: ['in_app', 'email'],
        audience: { kind: 'everyone' },
        data: { headline: 'x', message: 'y' },
        ...over,
      }),
    )
  const drafted = { campaign: { status: 'DRAFT' }, recipients: 0, deliveries: 0 }
  const lacks = (value: string) =>
    expect.objectContaining({ kind: 'invalid', reason: 'VALUE_MISSING', message: expect.stringContaining(value) })

  it('is refused where its text names a value that it has not', async () => {
    await expect(draw({ data: { headline: 'x' } })).rejects.toEqual(lacks('message'))
    await expect(draw({ data: { headline: 'x' }, channels: ['sms'] })).rejects.toEqual(lacks('message'))
    await expect(draw({ data: {} })).rejects.toEqual(lacks('headline'))
    await expect(draw({})).resolves.toMatchObject(drafted)
  })

  it('is tried in the channels that it goes by, and in every language', async () => {
    await upsert('long_read', [{ locale: 'en', source: textOf('{name}', '{reading}') }])
    await expect(draw({ template: 'long_read', channels: ['push', 'sms', 'in_app'] })).resolves.toMatchObject(drafted)
    await expect(draw({ template: 'long_read', channels: ['push', 'email'] })).rejects.toEqual(lacks('reading'))
    for (const [name, locale] of [
      ['much_in_german', 'de'],
      ['much_in_japanese', 'ja'],
    ] as const) {
      await upsert(name, [
        { locale: 'en', source: textOf('T') },
        { locale, source: textOf('{reading}') },
      ])
      await expect(draw({ template: name })).rejects.toEqual(lacks('reading'))
      await expect(draw({ template: name, data: { reading: 'x' } })).resolves.toMatchObject(drafted)
    }
  })

  it('that waits for an event can name what all events of the type have', async () => {
    await upsert('of_a_story', [{ locale: 'en', source: textOf('{title} by {author}', '{url}') }])
    await expect(draw({ template: 'of_a_story', data: {} })).rejects.toEqual(lacks('title'))
    await expect(draw({ template: 'of_a_story', data: {}, audience: shared })).resolves.toMatchObject(drafted)
    const other = { kind: 'event', type: 'troupe.story.v1.StoryShared' } as const
    await expect(draw({ template: 'of_a_story', data: {}, audience: other })).rejects.toEqual(lacks('title'))
  })
})

describe('devices', () => {
  it('each get a push with a key of their own; one that is gone for good is forgotten', async () => {
    const reader = await notification.newPerson()
    const tokens = ['a', 'b', 'gone'].map((name) => `${name}-${uuidv7()}`)
    for (const token of tokens) await register(reader, token)
    outcomeOf = (token) =>
      token.startsWith('gone') ? { kind: 'unreachable', reason: '410' } : { kind: 'accepted', providerId: token }
    pushed.length = 0
    const analysed = { kind: 'story_analyzed', to: reader, data: { path: '/', characters: 1, segments: 2 } }
    await notification.announce(analysed)
    await notification.sendDue()
    expect(pushed.map(({ token }) => token).toSorted()).toEqual(tokens.toSorted())
    expect(new Set(pushed.map(({ key }) => key)).size).toBe(3)
    expect(await notification.statusesOf(reader)).toContain('story_analyzed push SENT')
    await notification.announce(analysed)
    await notification.sendDue()
    expect(pushed).toHaveLength(5)
  })

  it('belong to who registered them last, ten to one person at most', async () => {
    const [one, two] = [await notification.newPerson(), await notification.newPerson()]
    const token = uuidv7()
    await register(one, token)
    await register(two, token)
    const owners = await notification.database.sql('select user_id as id from devices where token = $1', token)
    expect(owners).toEqual([{ id: two }])
    for (let made = 1; made < 10; made += 1) await register(two, uuidv7())
    await expect(register(two, uuidv7())).rejects.toEqual(refused('TOO_MANY_DEVICES'))
    await register(two, token)
    const list = (of: string) => notification.call(() => notification.app.listDevices(of))
    const [device] = await list(two)
    const remove = (by: string) => notification.call(() => notification.app.removeDevice(by, device?.id ?? ''))
    await expect(remove(one)).rejects.toEqual(refused('DEVICE_NOT_FOUND'))
    await remove(two)
    expect((await list(two)).map(({ id }) => id)).not.toContain(device?.id)
    expect(await list(two)).toHaveLength(9)
    await expect(remove(two)).rejects.toEqual(refused('DEVICE_NOT_FOUND'))
    await register(two, token)
    const web = { kind: 'web', token: 'http://plain.example/', p256dh: '', auth: '', name: '' } as const
    await expect(notification.call(() => notification.app.registerDevice(one, web))).rejects.toEqual(
      refused('DEVICE_INVALID'),
    )
  })
})

describe('who leaves', () => {
  it('is named in no table any more, nor in what others were told, and nobody is told of them later', async () => {
    const mark = `Unmistakable ${uuidv7()}`
    const author = await notification.newPerson({ displayName: mark })
    const reader = await notification.newPerson()
    await register(author, `token-${mark}`)
    await notification.announce({ kind: 'welcome', to: author, data: { path: '/' } })
    const happening = {
      kind: 'story_published',
      aboutId: author,
      data: { path: '/', title: `Title of ${mark}`, author: { person: author } },
      to: { kind: 'users', ids: [reader] },
    } as const
    await notification.announce(happening)
    await notification.fanOutAll()
    notification.clock.advance(24 * 60 * 60_000)
    await notification.sendDue()
    const places = async () => {
      const tables = await notification.database.sql<{ name: string }>(
        `select tablename as name from pg_tables where schemaname = 'public'`,
      )
      const found: string[] = []
      for (const { name } of tables) {
        const sql = `select 1 from "${name}" t where position($1 in t::text) > 0 limit 1`
        if ((await notification.database.sql(sql, mark)).length > 0) found.push(name)
      }
      return found.toSorted()
    }
    expect(await places()).toEqual(['deliveries', 'devices', 'fan_outs', 'mailbox', 'people'])
    expect((await notification.mailsOf(reader))[0]?.text).toContain(mark)
    await erasePerson(notification.database, author, new AbortController().signal)
    expect(await places()).toEqual([])
    await notification.announce(happening)
    expect(await places()).toEqual([])
    expect(await notification.mailsOf(reader)).toEqual([])
    await erasePerson(notification.database, author, new AbortController().signal)
  })

  it('is told nothing by what was written as they left', async () => {
    const { app, call, database } = notification
    const leaver = await notification.newPerson()
    await notification.announce({ kind: 'welcome', to: leaver, data: { path: '/' } })
    const other = await database.pool.connect()
    const untilOneWaits = (...what: string[]) =>
      expect
        .poll(async () => {
          const waiting = await database.sql<{ query: string }>(
            `select query from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
          )
          return waiting.some(({ query }) => what.some((each) => query.includes(each)))
        })
        .toBe(true)
    try {
      // Holds up who numbers a notification until the person is nearly gone.
      await other.query('begin')
      await other.query('select 1 from inboxes where user_id = $1 for update', [leaver])
      const written = notification.announce({ kind: 'welcome', to: leaver, data: { path: '/late' } })
      await untilOneWaits('insert into deliveries')
      const erased = erasePerson(database, leaver, new AbortController().signal)
      await untilOneWaits('await_writers', 'delete from inboxes')
      await other.query('commit')
      await Promise.all([written, erased])
    } finally {
      other.release()
    }
    for (const table of ['deliveries where recipient_id', 'inboxes where user_id']) {
      expect(await database.sql(`select 1 from ${table} = $1`, leaver)).toEqual([])
    }
    await expect(register(leaver, `late ${leaver}`)).rejects.toEqual(refused('USER_NOT_FOUND'))
    await expect(call(() => app.updatePreferences(leaver, { channels: [] }))).rejects.toEqual(refused('USER_NOT_FOUND'))
  })

  it('is told nothing, and nothing is kept of them, by what names them later', async () => {
    const { app, call, database } = notification
    const [leaver, reader] = [await notification.newPerson(), await notification.newPerson()]
    const token = createUnsubscribeTokens(createKeyedHash(notification.kernel.config.masterKey)).of(
      leaver,
      'story_published',
    )
    await erasePerson(database, leaver, new AbortController().signal)
    const audience = { kind: 'users', ids: [leaver, reader] } as const
    const data = { headline: 'x', message: 'y' }
    const init = { name: 'n', template: 'announcement', channels: ['in_app' as const], audience, data }
    const { campaign } = await call(() => app.createCampaign(init))
    await call(() => app.sendCampaign(campaign.id))
    await notification.fanOutAll()
    expect(await call(() => app.unsubscribe(token))).toBe('story_published')
    expect(await notification.statusesOf(reader)).toEqual(['announcement in_app DELIVERED'])
    expect(await notification.statusesOf(leaver)).toEqual([])
    expect(await database.sql('select 1 from preferences where id = $1', leaver)).toEqual([])
  })
})

it('what people were told is kept for 90 days, and what is still to be sent for as long as it takes', async () => {
  const { app, clock, database } = notification
  const reader = await notification.newPerson()
  const count = async () => {
    const [row] = await database.sql<{ count: number }>(
      'select count(*) as count from deliveries where recipient_id = $1',
      reader,
    )
    return row?.count
  }
  await notification.announce({ kind: 'welcome', to: reader, data: { path: '/' } })
  await sweep(database, expiries, new Date(clock.now().getTime() + 89 * day))
  expect(await count()).toBe(2)
  await sweep(database, expiries, new Date(clock.now().getTime() + 91 * day))
  expect(await notification.statusesOf(reader)).toEqual(['welcome email PENDING'])
  const page = await app.listNotifications(reader, { unreadOnly: false, pageSize: 10, pageToken: '' })
  expect(page).toMatchObject({ notifications: [], unreadCount: 0 })
})
