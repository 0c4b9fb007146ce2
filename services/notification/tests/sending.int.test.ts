import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { timestamp } from '#shared/domain/timestamp.ts'
import { uuidv7 } from '#shared/infrastructure/uuid.ts'
import { mostTries } from '../domain/patience.ts'
import type { Mail, SendOutcome } from '../domain/ports.ts'
import { erasePerson } from '../infrastructure/erasing.ts'
import { createKeyedHash, createSuppressions } from '../infrastructure/keyed-hash.ts'
import { openNotification, type TestNotification } from './fixture.ts'

const sent: { key: string; message: Mail }[] = []
let outcome: (key: string) => SendOutcome = () => ({ kind: 'accepted', providerId: uuidv7() })
const email = {
  name: 'test',
  send: async (message: Mail, key: string) => {
    sent.push({ key, message })
    return outcome(key)
  },
}

let notification: TestNotification
let own: TestNotification
beforeAll(async () => {
  notification = await openNotification('notification_mailbox')
  own = await openNotification('notification_sending', { senders: { email } })
})
afterAll(async () => {
  await notification.close()
  await own.close()
})
beforeEach(() => {
  sent.length = 0
  outcome = () => ({ kind: 'accepted', providerId: uuidv7() })
})

const welcome = { kind: 'welcome', data: { path: '/stories/new' } } as const

describe('something that people are told', () => {
  it('arrives in the local mailbox, in their language, as HTML and as text, with a way to end such mails', async () => {
    const userId = await notification.newPerson({ language: 'de-AT', displayName: 'Änne <b>' })
    await notification.announce({ ...welcome, to: userId })
    await notification.sendDue()
    const [mail, ...more] = await notification.mailsOf(userId)
    expect(more).toEqual([])
    expect(mail).toMatchObject({ subject: 'Willkommen bei Troupe, Änne <b>', language: 'de' })
    expect(mail?.html).toContain('Hallo Änne &lt;b&gt;,')
    expect(mail?.html).not.toContain('Änne <b>')
    expect(mail?.text).toContain('Eine Geschichte schreiben: http://127.0.0.1:8080/stories/new')
    expect(mail?.headers).toMatchObject({ 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' })
    const [, token = ''] = /token=([^>]+)>/.exec(mail?.headers['List-Unsubscribe'] ?? '') ?? []
    expect(await notification.call(() => notification.app.unsubscribe(decodeURIComponent(token)))).toBe('welcome')
    await notification.announce({ ...welcome, to: userId })
    await notification.sendDue()
    expect(await notification.mailsOf(userId)).toHaveLength(1)
    expect(await notification.statusesOf(userId)).toEqual([
      'welcome email SENT',
      'welcome in_app DELIVERED',
      'welcome in_app DELIVERED',
    ])
  })

  it('is told once for each event, however often the event comes', async () => {
    const userId = await notification.newPerson()
    const eventId = uuidv7()
    for (let times = 0; times < 3; times += 1) await notification.announce({ ...welcome, to: userId, eventId })
    expect(await notification.statusesOf(userId)).toEqual(['welcome email PENDING', 'welcome in_app DELIVERED'])
    await Promise.all(Array.from({ length: 20 }, () => notification.announce({ ...welcome, to: userId, eventId })))
    expect(await notification.statusesOf(userId)).toHaveLength(2)
  })

  it('is sent once where its answer is lost, and says that nobody knows', async () => {
    const userId = await own.newPerson()
    await own.announce({ ...welcome, to: userId })
    outcome = () => ({ kind: 'unknown', reason: 'the connection was cut' })
    for (let round = 0; round < 3; round += 1) await own.sendDue()
    expect(sent).toHaveLength(1)
    const [status] = await own.statusesOf(userId)
    expect(status).toBe('welcome email SENT UNKNOWN: the connection was cut')
    const { key: providerId } = sent[0] as { key: string }
    const bounce = { providerId, kind: 'bounced', at: own.clock.now(), detail: 'no such mailbox' } as const
    expect(await own.call(() => own.app.noteReport('test', bounce))).toBe(true)
    expect((await own.statusesOf(userId))[0]).toContain('BOUNCED')
  })

  it('is sent once where the process ends before it has noted that', async () => {
    const userId = await own.newPerson()
    await own.announce({ ...welcome, to: userId })
    outcome = () => {
      throw new Error('the process ends')
    }
    await expect(own.sendDue()).rejects.toThrow('the process ends')
    outcome = () => ({ kind: 'accepted', providerId: uuidv7() })
    for (let round = 0; round < 3; round += 1) await own.sendDue()
    expect(sent).toHaveLength(1)
    expect((await own.statusesOf(userId))[0]).toContain('welcome email SENT UNKNOWN')
  })

  it('that comes at once from many events is numbered without gaps', async () => {
    const userId = await notification.newPerson()
    await Promise.all(Array.from({ length: 30 }, () => notification.announce({ ...welcome, to: userId })))
    const rows = await notification.database.sql<{ sequence: number }>(
      'select sequence from deliveries where recipient_id = $1 and sequence is not null order by sequence',
      userId,
    )
    expect(rows.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 30 }, (_, index) => index + 1))
  })

  it('by a mailed link goes to the address of the link, and not at all once it was used', async () => {
    const userId = await notification.newPerson({ timeZone: 'Europe/Vienna' })
    const requestId = uuidv7()
    const address = `${requestId}@elsewhere.example`
    notification.links.set(requestId, address)
    await notification.announce({ kind: 'email_verification', to: userId, data: { request: requestId } })
    await notification.sendDue()
    const [mail] = await notification.mailbox.list(address, undefined, 10)
    expect(mail?.text).toContain(`https://app.example/verify-email?token=${requestId}`)
    expect(mail?.text).toContain('November 21, 2026, 11:00')
    expect(mail?.headers).toEqual({})
    const rows = await notification.database.sql(
      `select d::text as row from deliveries d where recipient_id = $1`,
      userId,
    )
    expect(JSON.stringify(rows)).not.toMatch(/verify-email\?|example\.com|Ann Author/)
    await notification.announce({ kind: 'password_reset', to: userId, data: { request: uuidv7() } })
    await notification.sendDue()
    expect(await notification.statusesOf(userId)).toEqual([
      'email_verification email SENT',
      'password_reset email FAILED LINK_USED',
    ])
  })

  it('as an invitation goes to an address that is nobody’s here, in its story’s language, and not to who complained', async () => {
    const [hostId, mailed, texted, gone, unwanted] = [1, 2, 3, 4, 5].map(() => uuidv7()) as [string, ...string[]]
    const letter = {
      url: 'https://app.example/invitation?token=t',
      expiresAt: timestamp(new Date('2026-11-25T10:00:00Z')),
      hostName: 'Änne <b>',
      storyTitle: 'Die Mühle',
      characterName: 'Greta',
      language: 'de-AT',
    }
    const address = (id: string | undefined) => `${id}@elsewhere.example`
    notification.letters.set(`${mailed} 2`, { ...letter, email: address(mailed) })
    notification.letters.set(`${texted} 1`, { ...letter, phone: '+4315550000' })
    notification.letters.set(`${unwanted} 1`, { ...letter, email: address(unwanted) })
    const tell = (to: string | undefined, channel: 'email' | 'sms', sending = 1) =>
      notification.announce({
        kind: 'invitation',
        to: to ?? '',
        aboutId: hostId,
        channels: [channel],
        data: { sending },
      })
    await notification.database.sql(
      `insert into suppressions (address_hash, reason, at) values ($1, 'complained', now())`,
      createSuppressions(
        notification.database,
        () => undefined as never,
        createKeyedHash(notification.kernel.config.masterKey),
      ).hashOf('email', address(unwanted)),
    )
    await tell(mailed, 'email', 2)
    await tell(texted, 'sms')
    await tell(gone, 'email')
    await tell(unwanted, 'email')
    await notification.sendDue()
    const [mail] = await notification.mailbox.list(address(mailed), undefined, 10)
    expect(mail).toMatchObject({ subject: 'Änne <b> möchte deine Stimme hören', language: 'de', headers: {} })
    expect(mail?.html).toContain('Änne &lt;b&gt; nimmt die Geschichte „Die Mühle“ auf')
    expect(mail?.text).toContain('25. November 2026, 10:00')
    const [message] = await notification.mailbox.list('+4315550000', undefined, 10)
    expect(message?.text).toContain('https://app.example/invitation?token=t')
    const statuses = [mailed, texted, gone, unwanted].map((id) => notification.statusesOf(id ?? ''))
    expect((await Promise.all(statuses)).flat()).toEqual([
      'invitation email SENT',
      'invitation sms SENT',
      'invitation email FAILED OUTDATED',
      'invitation email FAILED SUPPRESSED: SUPPRESSED',
    ])
    await erasePerson(notification.database, hostId, new AbortController().signal)
    expect(await notification.mailbox.list(address(mailed), undefined, 10)).toEqual([])
  })

  it('of what lets somebody in comes at once, at any hour and whatever they wish, in their zone', async () => {
    const userId = await notification.newPerson({ language: 'de-AT', timeZone: 'Europe/Vienna' })
    const minute = (notification.clock.now().getUTCHours() * 60 + 60) % 1440
    const quietHours = { startMinute: minute, endMinute: (minute + 720) % 1440 }
    await notification.call(() => notification.app.updatePreferences(userId, { quietHours }))
    const happened = { at: '2026-11-20T22:05:00.000Z' }
    const data = { path: '/reset-password', change: 'key_created', key: '<ci>', happened }
    await notification.announce({ kind: 'security_changed', to: userId, data })
    await notification.announce({ ...welcome, to: userId })
    await notification.sendDue()
    expect(await notification.statusesOf(userId)).toEqual([
      'security_changed email SENT',
      'security_changed in_app DELIVERED',
      'welcome email PENDING',
      'welcome in_app DELIVERED',
    ])
    const [mail] = await notification.mailsOf(userId)
    expect(mail).toMatchObject({ subject: 'Ein API-Schlüssel wurde erstellt', headers: {} })
    expect(mail?.html).toContain('der API-Schlüssel „&lt;ci&gt;“ wurde erstellt')
    expect(mail?.text).toContain('Das war am 20. November 2026 um 23:05 MEZ.')
    expect(mail?.text).toContain('Neues Passwort setzen: http://127.0.0.1:8080/reset-password')
  })

  it('of what they paid is written as their region writes sums', async () => {
    const userId = await notification.newPerson({ language: 'fr-CA' })
    const amount = { minorUnits: 129_900, currency: 'EUR' }
    const data = { path: '/subscription', state: 'renewal', invoice: '2026-000042', amount }
    await notification.announce({ kind: 'payment_received', to: userId, data })
    await notification.sendDue()
    const [mail] = await notification.mailsOf(userId)
    const format = new Intl.NumberFormat('fr-CA', { style: 'currency', currency: 'EUR' })
    const sum = format.format(1299).replace(/\s/g, ' ')
    expect(mail).toMatchObject({ subject: `Votre paiement de ${sum}`, headers: {} })
    expect(mail?.text).toContain('Vous trouverez la facture 2026-000042 avec votre abonnement.')
  })

  it('by SMS is cut where it is longer than carriers join', async () => {
    const userId = await notification.newPerson()
    const channel = { kind: 'announcement', channel: 'sms', mode: 'immediate' } as const
    await notification.call(() => notification.app.updatePreferences(userId, { channels: [channel] }))
    const data = { path: '/', headline: 'News', message: 'Grüße. '.repeat(400) }
    await notification.announce({ kind: 'announcement', data, to: userId })
    await notification.sendDue()
    const [sms] = await notification.mailbox.list('+4315551234', undefined, 1)
    expect(sms?.text).toMatch(/^News: (Grüße\. )+(G|Gr|Grü|Grüß|Grüße|Grüße\.)?…$/)
    expect(sms?.text.length).toBeGreaterThan(1590)
    expect(sms?.text.length).toBeLessThanOrEqual(1600)
  })

  it('waits while identity is away, and is sent when it is back', async () => {
    const userId = await notification.newPerson()
    await notification.announce({ ...welcome, to: userId })
    notification.setAway(true)
    await expect(notification.sendDue()).rejects.toThrow('AWAY')
    expect(await notification.statusesOf(userId)).toContain('welcome email PENDING')
    notification.setAway(false)
    await notification.sendDue()
    expect(await notification.statusesOf(userId)).toContain('welcome email SENT')
  })

  it('is not sent to who has no account any more', async () => {
    const userId = await notification.newPerson()
    notification.contacts.delete(userId)
    await notification.announce({ ...welcome, to: userId })
    await notification.sendDue()
    expect(await notification.statusesOf(userId)).toContain('welcome email FAILED NO_ACCOUNT')
  })
})

describe('a provider', () => {
  it('that is busy is asked again with the same key, so often as takes a day, and then no more', async () => {
    const tries = mostTries({ kind: 'welcome', campaignId: undefined })
    const userId = await own.newPerson()
    outcome = () => ({ kind: 'busy', reason: 'later', retryAfterMs: 5 })
    await own.announce({ ...welcome, to: userId })
    for (let done = 0; done < tries; done += 1) {
      expect(await own.statusesOf(userId)).toContainEqual(expect.stringMatching(/^welcome email PENDING/))
      await own.sendDue()
    }
    expect(await own.statusesOf(userId)).toContain('welcome email FAILED TRIED_TOO_OFTEN: later')
    expect(await own.sendDue()).toBe(0)
    expect(sent).toHaveLength(tries)
    expect(new Set(sent.map(({ key }) => key)).size).toBe(1)
  })

  it('that is away for an hour and more, or asks for hours, loses nothing', async () => {
    const userId = await own.newPerson()
    await own.announce({ ...welcome, to: userId })
    const paused = async () => {
      const [row] = await own.database.sql<{ seconds: number }>(
        `select extract(epoch from retry_at - clock_timestamp())::float as seconds from deliveries
         where recipient_id = $1 and channel = 'email'`,
        userId,
      )
      return row?.seconds ?? 0
    }
    outcome = () => ({ kind: 'busy', reason: '503', retryAfterMs: undefined })
    let seconds = 0
    for (let tries = 0; seconds < 3 * 60 * 60; tries += 1) {
      await own.sendDue()
      expect(await own.statusesOf(userId), `${tries}`).toContain('welcome email PENDING 503')
      seconds += await paused()
    }
    outcome = () => ({ kind: 'busy', reason: '429', retryAfterMs: 5 * 60 * 60_000 })
    await own.sendDue()
    expect(await paused()).toBeGreaterThan(5 * 60 * 60 - 60)
    outcome = () => ({ kind: 'accepted', providerId: uuidv7() })
    await own.sendDue()
    expect(await own.statusesOf(userId)).toContain('welcome email SENT')
  })

  it('that refuses its credentials is asked until they are mended, which counts for no try', async () => {
    const userId = await own.newPerson()
    await own.announce({ ...welcome, to: userId })
    outcome = () => ({ kind: 'busy', reason: '401', retryAfterMs: undefined, needsMending: true })
    for (let times = 0; times < 30; times += 1) await own.sendDue()
    const rows = await own.database.sql(
      `select status, attempts, setbacks, retry_at > clock_timestamp() + interval '9 minutes' as waits from deliveries
       where recipient_id = $1 and channel = 'email'`,
      userId,
    )
    expect(rows).toEqual([{ status: 'PENDING', attempts: 0, setbacks: 30, waits: true }])
    outcome = () => ({ kind: 'accepted', providerId: uuidv7() })
    await own.sendDue()
    expect(await own.statusesOf(userId)).toContain('welcome email SENT')
  })

  it('that cannot reach an address for good ends all that goes to it', async () => {
    const userId = await own.newPerson()
    outcome = () => ({ kind: 'unreachable', reason: '550 no such user' })
    await own.announce({ ...welcome, to: userId })
    await own.sendDue()
    expect(await own.statusesOf(userId)).toContain('welcome email BOUNCED 550 no such user')
    await own.announce({ ...welcome, to: userId })
    await own.sendDue()
    expect(sent).toHaveLength(1)
    expect(await own.statusesOf(userId)).toContain('welcome email FAILED SUPPRESSED: SUPPRESSED')
    const rows = await own.database.sql('select s::text as row from suppressions s')
    expect(JSON.stringify(rows)).not.toContain(userId)
    // By it erasure finds what is kept of the address.
    const hashed = `select from deliveries where recipient_id = $1 and status = 'BOUNCED' and address_hash is not null`
    expect(await own.database.sql(hashed, userId)).toHaveLength(1)
    const lift = () => own.call(() => own.app.liftSuppression(userId, 'email'))
    expect([await lift(), await lift()]).toEqual(['550 no such user', ''])
    outcome = () => ({ kind: 'accepted', providerId: uuidv7() })
    await own.announce({ ...welcome, to: userId })
    await own.sendDue()
    expect(await own.statusesOf(userId)).toContain('welcome email SENT')
    const unknown = own.call(() => own.app.liftSuppression(uuidv7(), 'email'))
    await expect(unknown).rejects.toMatchObject({ reason: 'USER_NOT_FOUND' })
  })

  it('that tells of a complaint ends news to the address, and not what its owner asks for', async () => {
    const userId = await own.newPerson()
    outcome = (key) => ({ kind: 'accepted', providerId: `p-${key}` })
    await own.announce({ ...welcome, to: userId })
    await own.sendDue()
    const told = { providerId: `p-${sent[0]?.key}`, at: own.clock.now(), detail: '' }
    const report = (kind: 'complained' | 'bounced') => own.call(() => own.app.noteReport('test', { ...told, kind }))
    await report('complained')
    const data = { path: '/subscription', change: 'created', tier: 'GOLD' }
    const tell = async () => {
      await own.announce({ ...welcome, to: userId })
      await own.announce({ kind: 'subscription_changed', to: userId, data })
      await own.sendDue()
      const statuses = await own.statusesOf(userId)
      return statuses.filter((status) => /^(welcome|subscription_changed) email/.test(status)).toSorted()
    }
    const refused = 'welcome email FAILED SUPPRESSED: SUPPRESSED'
    expect(await tell()).toEqual(['subscription_changed email SENT', refused, 'welcome email SENT'])
    await report('bounced')
    expect(await tell()).toContain('subscription_changed email FAILED SUPPRESSED: SUPPRESSED')
  })

  it('that tells of a hard bounce later ends it as well; what it tells twice counts once', async () => {
    const userId = await own.newPerson()
    outcome = (key) => ({ kind: 'accepted', providerId: `p-${key}` })
    await own.announce({ ...welcome, to: userId })
    await own.sendDue()
    const providerId = `p-${sent[0]?.key}`
    const report = (kind: 'delivered' | 'opened' | 'clicked' | 'bounced') =>
      own.call(() => own.app.noteReport('test', { providerId, kind, at: own.clock.now(), detail: 'said so' }))
    for (const kind of ['delivered', 'opened', 'opened', 'clicked'] as const) expect(await report(kind)).toBe(true)
    expect(await own.events(sent[0]?.key ?? '')).toEqual([
      'NotificationRequested',
      'NotificationSent',
      'NotificationDelivered',
      'NotificationOpened',
      'NotificationClicked',
    ])
    await report('bounced')
    await own.announce({ ...welcome, to: userId })
    await own.sendDue()
    expect(sent).toHaveLength(1)
    const unknown = { providerId: 'nobody', kind: 'opened', at: own.clock.now(), detail: '' } as const
    expect(await own.call(() => own.app.noteReport('test', unknown))).toBe(false)
  })

  it('that took a message before a crash gets it again with the same key, and one outcome is noted', async () => {
    const userId = await own.newPerson()
    await own.announce({ ...welcome, to: userId })
    const [row] = await own.database.sql<{ id: string }>(
      `select id from deliveries where recipient_id = $1 and channel = 'email'`,
      userId,
    )
    const id = row?.id ?? ''
    await Promise.all(Array.from({ length: 5 }, () => own.app.sendDelivery(id, new AbortController().signal)))
    expect(new Set(sent.map(({ key }) => key))).toEqual(new Set([id]))
    expect(await own.events(id)).toEqual(['NotificationRequested', 'NotificationSent'])
  })
})
