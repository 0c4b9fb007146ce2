import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import {
  NotificationBouncedSchema,
  NotificationFailedSchema,
} from '#gen/troupe/notification/v1/notification_events_pb.ts'
import { StoryDeletedSchema } from '#gen/troupe/story/v1/story_events_pb.ts'
import { wavOf } from '#shared/infrastructure/sound/pcm.ts'
import { uuidv7 } from '#shared/infrastructure/uuid.ts'
import { persistently, refused } from '../../shared/tests/rivals.ts'
import type { SessionNews } from '../application/see-session.ts'
import type { Viewer } from '../application/viewers.ts'
import { createDueWork } from '../infrastructure/due-work.ts'
import { day, hour, openCollaboration, type TestCollaboration } from './collaboration-fixture.ts'

const signal = new AbortController().signal
const page = { size: 50, token: '' }

let own: TestCollaboration
let ann: string

beforeAll(async () => {
  own = await openCollaboration('collaboration')
  ann = await own.newPerson()
})

afterEach(async () => expect(await own.violations()).toEqual([]))

afterAll(() => own.close())

const outcomes = async (tries: readonly Promise<unknown>[]): Promise<string[]> => {
  const settled = await Promise.allSettled(tries)
  return settled.map((each) => (each.status === 'fulfilled' ? 'in' : String(each.reason.reason ?? each.reason))).sort()
}
const times = <T>(count: number, make: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at))
const host = (): Viewer => ({ userId: ann })

describe('invitations', () => {
  it('are one a character and no more than may take part, whoever asks at once; the others take up nothing', async () => {
    const started = await own.start(ann, { maxParticipants: 2 })
    const { Greta, Tom, Mill } = started.characters
    const wanted = times(20, (at) => [Greta, Tom, Mill][at % 3] as string)
    const before = own.mesh.reserved.size
    const results = await outcomes(
      wanted.map((characterId) =>
        persistently(() =>
          own.call(() =>
            own.app.inviteParticipant(ann, {
              sessionId: started.sessionId,
              characterId,
              recipient: { email: 'gus@example.com' },
              canRecord: true,
              canRegenerate: false,
            }),
          ),
        ),
      ),
    )
    expect(results.filter((each) => each === 'in')).toHaveLength(2)
    expect(new Set(results)).toEqual(new Set(['in', 'CHARACTER_TAKEN', 'SESSION_FULL']))
    expect(own.mesh.reserved.size - before).toBe(2)
  })

  it('are refused when the subscription allows no more, and leave nothing behind', async () => {
    const started = await own.start(ann)
    own.mesh.limit(own.mesh.reserved.size)
    await expect(own.invite(started, 'Tom')).rejects.toEqual(refused('LIMIT_REACHED'))
    own.mesh.limit(Number.POSITIVE_INFINITY)
    await own.invite(started, 'Tom')
  })

  it('let one person in, of twenty that come at once by the same link', async () => {
    const started = await own.start(ann)
    const { token } = await own.invite(started, 'Greta')
    const people = await Promise.all(times(10, () => own.newPerson('Ben')))
    const tries = people.flatMap((userId) => [
      persistently(() => own.accept(token, '', userId)),
      persistently(() => own.accept(token, 'Gus')),
    ])
    const results = await outcomes(tries)
    const { view } = await own.see(host(), started.sessionId)
    // Ten logged out are one guest on ten devices.
    const isGuest = view.participants[0]?.invitation.userId === undefined
    expect(results.filter((each) => each === 'in')).toHaveLength(isGuest ? 10 : 1)
    expect(new Set(results)).toEqual(new Set(['in', 'INVITATION_TAKEN']))
    expect(view.participants).toHaveLength(1)
    expect((await own.events(started.sessionId)).filter((each) => each === 'ParticipantJoined')).toHaveLength(1)
  })

  it('open to whoever has the link, on any device, and know who is who', async () => {
    const started = await own.start(ann)
    const [ben, cat] = [await own.newPerson('Ben'), await own.newPerson('Cat')]
    const first = await own.invite(started, 'Greta')
    const { token } = first
    expect((await own.call(() => own.app.getInvitation(token))).hostName).toBe('Ann Author')
    for (const wrong of [token.slice(0, -2), `${token}A`, '', 'x', `B${token.slice(1)}`, token.replace(/.$/, '=')])
      await expect(own.call(() => own.app.getInvitation(wrong))).rejects.toEqual(refused('INVITATION_INVALID'))
    await expect(own.accept(token, '', ann)).rejects.toEqual(refused('INVITATION_OWN'))
    await expect(own.accept(token, ' ')).rejects.toEqual(refused('DISPLAY_NAME_MISSING'))
    const joined = await own.accept(token, ' Gus ')
    const again = await own.accept(token, 'Somebody else')
    expect([joined.guest?.token, again.participantId]).toEqual([again.guest?.token, joined.participantId])
    expect(again.view.participants.map(({ displayName }) => displayName)).toEqual(['Gus'])
    await expect(own.accept(token, '', ben)).rejects.toEqual(refused('INVITATION_TAKEN'))
    const second = await own.invite(started, 'Tom')
    const member = await own.accept(second.token, '', ben)
    expect([member.guest, (await own.accept(second.token, '', ben)).participantId]).toEqual([undefined, second.id])
    await expect(own.accept(second.token, 'Gus')).rejects.toEqual(refused('INVITATION_TAKEN'))
    await expect(own.accept(second.token, '', cat)).rejects.toEqual(refused('INVITATION_TAKEN'))
    const third = await own.invite(started, 'Mill')
    await expect(own.accept(third.token, '', ben)).rejects.toEqual(refused('ALREADY_PARTICIPATES'))
    await own.call(() => own.app.declineInvitation(third.token))
    await expect(own.accept(third.token, '', cat)).rejects.toEqual(refused('INVITATION_DECLINED'))
    // Neither address nor name stands anywhere as it is.
    const rows = await own.database.sql<{ row: string }>('select i::text as row from invitations i')
    expect(rows.map(({ row }) => row).join()).not.toMatch(/Gus|example\.com/)
    expect(await own.lastEvent(third.id)).toMatchObject({ usageKey: third.usageKey })
    expect((await own.call(() => own.app.listSessions(ben, page))).items.map(({ session }) => session.id)).toEqual([
      started.sessionId,
    ])
  })

  it('are revoked when they do not arrive, unless they were answered or sent again', async () => {
    const started = await own.start(ann)
    const [lost, joined] = [await own.invite(started, 'Greta'), await own.guest(started, 'Tom')]
    const fail = (recipientId: string, reason: string) =>
      own.hear(NotificationFailedSchema, { kind: 'invitation', recipientId, reason })
    await fail(lost.id, 'OUTDATED')
    await own.hear(NotificationFailedSchema, { kind: 'welcome', recipientId: lost.id, reason: 'REFUSED' })
    await own.hear(NotificationBouncedSchema, { kind: 'invitation', recipientId: lost.id, isHard: false })
    await own.call(() => own.app.resendInvitation(ann, lost.id))
    await expect(own.call(() => own.app.getInvitationLink(lost.id, 1))).rejects.toEqual(refused('OUTDATED'))
    expect((await own.call(() => own.app.getInvitationLink(lost.id, 2))).url).toContain(lost.token)
    await own.hear(NotificationBouncedSchema, { kind: 'invitation', recipientId: lost.id, isHard: true })
    await fail(joined.id, 'REFUSED')
    expect(await own.lastEvent(lost.id)).toMatchObject({ reason: 'UNDELIVERED', usageKey: lost.usageKey })
    expect(await own.events(joined.id)).toEqual(['InvitationSent', 'InvitationAccepted'])
    await expect(own.accept(lost.token)).rejects.toEqual(refused('INVITATION_REVOKED'))
    await own.invite(started, 'Greta')
  })

  it('expire after 120 hours, sessions after thirty days, with all that was recorded', async () => {
    const started = await own.start(ann)
    const { viewer, usageKey } = await own.guest(started, 'Tom')
    const open = await own.invite(started, 'Greta')
    await own.submit(viewer, started.sessionId, own.voice([400]))
    const work = createDueWork(own.kernel, own.app.lapse)
    const due = await work.nextDue()
    expect([due && due > own.clock.now(), await work.isQuiet(own.clock.now())]).toEqual([true, true])
    own.clock.advance(120 * hour)
    expect(await work.isQuiet(own.clock.now())).toBe(false)
    expect((await own.call(() => own.app.getInvitation(open.token))).isExpired).toBe(true)
    await expect(own.accept(open.token)).rejects.toEqual(refused('INVITATION_EXPIRED'))
    await own.app.lapse()
    expect(await work.isQuiet(own.clock.now())).toBe(true)
    expect(await own.lastEvent(open.id)).toMatchObject({ usageKey: open.usageKey })
    const { view } = await own.see(viewer, started.sessionId)
    expect(view.session.roles.map(({ invitationId }) => invitationId !== '')).toEqual([false, true, false])
    own.clock.advance(25 * day)
    await own.app.lapse()
    expect(await own.lastEvent(started.sessionId)).toMatchObject({ reason: 'EXPIRED', usageKeys: [usageKey] })
    expect((await own.sweep()).filter((key) => key.includes(started.sessionId))).toHaveLength(1)
    await expect(own.submit(viewer, started.sessionId, own.voice([400]))).rejects.toEqual(refused('SESSION_OVER'))
    await own.expire(new Date(own.clock.now().getTime() + 91 * day))
    await expect(own.see(viewer, started.sessionId)).rejects.toEqual(refused('SESSION_NOT_FOUND'))
  })
})

describe('recordings', () => {
  it('are cut to their lines, reviewed, told of when a character is ready, and end the session when all are', async () => {
    const started = await own.start(ann)
    const { sessionId, characters } = started
    const [greta, tom] = [await own.guest(started, 'Greta'), await own.guest(started, 'Tom')]
    const both = await own.submit(greta.viewer, sessionId, own.voice([2000, 700]))
    expect(both.cuts.map(({ text }) => text)).toEqual(['“Where are you going, my dear brother?”', '“So soon?”'])
    const [first, second] = both.cuts as [(typeof both.cuts)[0], (typeof both.cuts)[0]]
    // What is cut off at the beginning leaves twenty milliseconds; the first dip of the voice is silence.
    expect(first.endMs - first.startMs).toBeGreaterThan(1950)
    expect(first.endMs - first.startMs).toBeLessThan(2120)
    expect(second.startMs - first.endMs).toBeGreaterThan(400)
    await expect(own.submit(greta.viewer, sessionId, own.voice([500]))).rejects.toEqual(refused('NOTHING_TO_RECORD'))
    const better = await own.submit(greta.viewer, sessionId, own.voice([650]), [2])
    await expect(own.review(ann, better.id, false)).rejects.toEqual(refused('REASON_MISSING'))
    await own.review(ann, both.id, true)
    await expect(own.review(ann, both.id, true)).rejects.toEqual(refused('CONTRIBUTION_REVIEWED'))
    // One more waits for the host.
    expect(await own.events(sessionId)).not.toContain('CollaboratorVoiceReady')
    await own.review(ann, better.id, true)
    const told = await own.lastEvent(sessionId)
    const blob = (id: string) => own.app.blobOf({ sessionId, contributionId: id })
    expect(told).toMatchObject({
      characterId: characters.Greta,
      participantId: greta.id,
      lines: [
        { text: first.text, blob: blob(both.id), endMs: first.endMs },
        { text: second.text, blob: blob(better.id) },
      ],
    })
    await expect(own.submit(greta.viewer, sessionId, own.voice([650]), [2])).rejects.toEqual(
      refused('REGENERATION_NOT_ALLOWED'),
    )
    const home = await own.submit(tom.viewer, sessionId, own.voice([400]))
    await own.review(ann, home.id, false, 'louder, please')
    expect((await own.call(() => own.app.listContributions(tom.viewer, sessionId, page))).items).toMatchObject([
      { id: home.id, status: 'rejected', reason: 'louder, please' },
    ])
    const louder = await own.submit(tom.viewer, sessionId, own.voice([400]))
    const { view } = await own.review(ann, louder.id, true)
    expect(view.session.status).toBe('completed')
    expect((await own.events(sessionId)).slice(-2)).toEqual(['CollaboratorVoiceReady', 'CollaborationCompleted'])
    const { usageKeys } = (await own.lastEvent(sessionId)) as { usageKeys: string[] }
    expect(usageKeys.toSorted()).toEqual([greta.usageKey, tom.usageKey].toSorted())
    expect((await own.sweep()).filter((key) => key.includes(sessionId))).toEqual([])
  })

  it('may be made again where the invitation allows it; what was approved holds until then', async () => {
    const started = await own.start(ann)
    const { sessionId } = started
    const greta = await own.guest(started, 'Greta', { canRegenerate: true })
    await own.guest(started, 'Tom')
    const both = await own.submit(greta.viewer, sessionId, own.voice([2000, 700]))
    await own.review(ann, both.id, true)
    const anew = await own.submit(greta.viewer, sessionId, own.voice([700]), [2])
    const { lines } = await own.see(greta.viewer, sessionId)
    expect(lines.items.map(({ place, isPending, contributionId }) => [place, isPending, contributionId])).toEqual([
      [0, false, both.id],
      [2, true, both.id],
    ])
    await own.review(ann, anew.id, false, 'the first one was better')
    expect((await own.events(sessionId)).filter((each) => each === 'CollaboratorVoiceReady')).toHaveLength(1)
    await own.review(ann, (await own.submit(greta.viewer, sessionId, own.voice([800]), [2])).id, true)
    expect((await own.events(sessionId)).filter((each) => each === 'CollaboratorVoiceReady')).toHaveLength(2)
    await own.call(() => own.app.completeSession(ann, sessionId))
    expect(await own.lastEvent(sessionId)).toMatchObject({ characterIds: [started.characters.Greta] })
  })

  it('are told of once what waits is gone with whoever made it, and the session ends without them', async () => {
    const started = await own.start(ann)
    const { sessionId } = started
    const { viewer, id } = await own.guest(started, 'Greta', { canRegenerate: true })
    const tom = await own.invite(started, 'Tom')
    const both = await own.submit(viewer, sessionId, own.voice([2000, 700]))
    await own.submit(viewer, sessionId, own.voice([700]), [2])
    await own.review(ann, both.id, true)
    await own.call(() => own.app.revokeInvitation(ann, id))
    expect((await own.lastEvent(sessionId))?.lines).toHaveLength(2)
    await own.call(() => own.app.declineInvitation(tom.token))
    expect(await own.lastEvent(sessionId)).toMatchObject({ characterIds: [started.characters.Greta] })
  })

  it('are refused when they are none, too long, or hold less than there is to say; nothing of them stays', async () => {
    const started = await own.start(ann)
    const { viewer } = await own.guest(started, 'Greta')
    const before = (await own.blobs()).length
    const send = (bytes: Uint8Array) => own.submit(viewer, started.sessionId, bytes)
    const whole = own.voice([900, 700])
    await expect(send(Buffer.from('hello, I am a text and no sound'))).rejects.toEqual(refused('SAMPLE_FORMAT'))
    await expect(send(whole.subarray(0, whole.length / 2))).rejects.toEqual(refused('SAMPLE_UNREADABLE'))
    await expect(send(own.voice([900]))).rejects.toEqual(refused('LINES_NOT_FOUND'))
    await expect(send(wavOf(new Uint8Array(302 * 16_000), 8000))).rejects.toEqual(refused('SAMPLE_TOO_LONG'))
    await expect(own.submit(viewer, started.sessionId, whole, [0, 1])).rejects.toEqual(refused('UNKNOWN_LINE'))
    await expect(own.submit(viewer, started.sessionId, whole, [0, 0])).rejects.toEqual(refused('UNKNOWN_LINE'))
    expect(await own.blobs()).toHaveLength(before)
  })

  it('are for who was invited to record, seen by their host and by who made them', async () => {
    const started = await own.start(ann)
    const { sessionId } = started
    const other = await own.start(ann)
    const [greta, tom] = [await own.guest(started, 'Greta'), await own.guest(started, 'Tom', { canRecord: false })]
    await own.submit(greta.viewer, sessionId, own.voice([2000, 700]))
    const send = (viewer: Viewer, id: string) => own.submit(viewer, id, own.voice([400]))
    await expect(send(tom.viewer, sessionId)).rejects.toEqual(refused('RECORDING_NOT_ALLOWED'))
    await expect(send(host(), sessionId)).rejects.toEqual(refused('RECORDING_NOT_ALLOWED'))
    const strangers: Viewer[] = [
      { userId: await own.newPerson('Eve') },
      { guestId: uuidv7(), sessionId },
      { guestId: greta.id, sessionId: other.sessionId },
    ]
    for (const stranger of strangers) {
      await expect(own.see(stranger, sessionId)).rejects.toEqual(refused('SESSION_NOT_FOUND'))
      await expect(send(stranger, sessionId)).rejects.toEqual(refused('SESSION_NOT_FOUND'))
    }
    await expect(own.see(greta.viewer, other.sessionId)).rejects.toEqual(refused('SESSION_NOT_FOUND'))
    const seen = async (viewer: Viewer) =>
      (await own.call(() => own.app.listContributions(viewer, sessionId, page))).items.length
    expect([await seen(host()), await seen(greta.viewer), await seen(tom.viewer)]).toEqual([1, 1, 0])
    // Who is taken out is out at once, and what waits of theirs goes.
    await own.call(() => own.app.revokeInvitation(ann, greta.id))
    await expect(own.see(greta.viewer, sessionId)).rejects.toEqual(refused('SESSION_NOT_FOUND'))
    expect(await seen(host())).toBe(0)
  })
})

describe('who is there', () => {
  it('is seen by the others as long as they look', async () => {
    const started = await own.start(ann)
    const { sessionId } = started
    const { id, viewer } = await own.guest(started, 'Greta')
    const leaving = new AbortController()
    const guests = own.app.watchSession({ viewer, sessionId, watcher: uuidv7() }, '', leaving.signal)
    await guests.next()
    const ending = new AbortController()
    const hosts = own.app.watchSession({ viewer: host(), sessionId, watcher: uuidv7() }, '', ending.signal)
    const presence = async () => {
      const { value } = (await hosts.next()) as IteratorResult<SessionNews, undefined>
      return value?.news?.view.participants.map(({ isPresent }) => isPresent)
    }
    expect(await presence()).toEqual([true])
    leaving.abort()
    await guests.next()
    expect(await presence()).toEqual([false])
    await own.call(() => own.app.revokeInvitation(ann, id))
    expect(await presence()).toEqual([])
    const again = own.app.watchSession({ viewer, sessionId, watcher: uuidv7() }, '', signal)
    await expect(again.next()).rejects.toEqual(refused('SESSION_NOT_FOUND'))
    ending.abort()
    await hosts.next()
    expect(await own.database.sql('select from presence where session_id = $1', sessionId)).toEqual([])
  })
})

describe('templates', () => {
  it('are drawn up of published stories, and choose whom a session has', async () => {
    const { storyId, characters } = own.newStory(ann)
    const draft = { storyId, name: ' Two voices ', characterIds: [characters.Greta] }
    const make = (more: Partial<typeof draft> = {}, by = ann) =>
      own.call(() => own.app.createTemplate(by, { ...draft, ...more }))
    await expect(make()).rejects.toEqual(refused('STORY_NOT_PUBLISHED'))
    own.mesh.published.add(storyId)
    await expect(make({}, uuidv7())).rejects.toEqual(refused('STORY_NOT_FOUND'))
    await expect(make({ characterIds: [uuidv7()] })).rejects.toEqual(refused('UNKNOWN_CHARACTER'))
    const { id: templateId } = await make()
    const wanted = { storyId, templateId, maxParticipants: 0, lifetimeMs: hour }
    const begin = () => own.call(() => own.app.startSession(ann, wanted))
    const [one, other] = await outcomes([persistently(begin), persistently(begin)])
    expect([one, other]).toEqual(['SESSION_RUNNING', 'in'])
    const { items } = await own.call(() => own.app.listTemplates(ann, page))
    expect(items).toMatchObject([{ id: templateId, name: 'Two voices', roles: [{ name: 'Greta' }] }])
    await expect(own.call(() => own.app.deleteTemplate(uuidv7(), templateId))).rejects.toEqual(
      refused('TEMPLATE_NOT_FOUND'),
    )
    await own.call(() => own.app.deleteTemplate(ann, templateId))
    await own.hear(StoryDeletedSchema, { storyId })
    const { items: sessions } = await own.call(() => own.app.listSessions(ann, { size: 1, token: '' }))
    expect(sessions).toMatchObject([{ session: { status: 'cancelled', roles: [{ name: 'Greta', lines: 2 }] } }])
  })
})

describe('who leaves', () => {
  it('takes along what they hosted and what they recorded, and others go on', async () => {
    const [ben, cat] = [await own.newPerson('Ben'), await own.newPerson('Cat')]
    const [bens, anns] = [await own.start(ben), await own.start(ann)]
    const guest = await own.guest(bens, 'Tom')
    await own.submit(guest.viewer, bens.sessionId, own.voice([400]))
    const open = await own.invite(bens, 'Greta')
    const joined = await own.invite(anns, 'Greta')
    await own.accept(joined.token, '', ben)
    const catsPart = await own.invite(anns, 'Tom')
    await own.accept(catsPart.token, '', cat)
    const { id } = await own.submit({ userId: ben }, anns.sessionId, own.voice([2000, 700]))
    await own.review(ann, id, true)
    await own.app.erasePerson(ben, signal)
    expect(await own.lastEvent(bens.sessionId)).toMatchObject({ reason: 'HOST_LEFT', usageKeys: [guest.usageKey] })
    expect(await own.lastEvent(open.id)).toMatchObject({ reason: 'SESSION_ENDED', usageKey: open.usageKey })
    expect(await own.lastEvent(joined.id)).toMatchObject({ reason: 'REVOKED', usageKey: joined.usageKey })
    for (const token of [open.token, guest.token])
      await expect(own.accept(token)).rejects.toEqual(refused('INVITATION_INVALID'))
    const { view, lines } = await own.see({ userId: cat }, anns.sessionId)
    expect(view.participants.map(({ displayName }) => displayName)).toEqual(['Cat'])
    expect(lines.items.map(({ text }) => text)).toEqual(['“Home.”'])
    const left = (await own.blobs()).filter((key) => key.includes(bens.sessionId) || key.includes(id))
    expect(left).toEqual([])
    for (const table of ['sessions', 'invitations', 'contributions', 'session_lines', 'templates', 'people'])
      expect(await own.database.sql(`select from ${table} t where t::text like $1`, `%${ben}%`)).toEqual([])
    // Who is gone adds nothing any more.
    await expect(own.start(ben)).rejects.toEqual(refused('TOO_MUCH_CONTENTION'))
    await expect(own.accept((await own.invite(anns, 'Greta')).token, '', ben)).rejects.toEqual(
      refused('TOO_MUCH_CONTENTION'),
    )
  })
})
