import type { MessageInitShape } from '@bufbuild/protobuf'
import { Code, ConnectError } from '@connectrpc/connect'
import { expect } from 'vitest'
import { ErrorInfoSchema } from '#gen/google/rpc/error_details_pb.ts'
import type { GetInvitationLinkResponseSchema } from '#gen/troupe/collaboration/v1/collaboration_service_pb.ts'
import type { ContactSchema } from '#gen/troupe/identity/v1/user_pb.ts'
import { timestamp } from '#shared/domain/timestamp.ts'
import type { Kernel } from '#shared/infrastructure/kernel.ts'
import { uuidv7 } from '#shared/infrastructure/uuid.ts'
import { Wakeup } from '#shared/infrastructure/wakeup.ts'
import { openKernel } from '../../shared/tests/open-kernel.ts'
import type { Happening } from '../application/announce.ts'
import { assemble, notification } from '../service.ts'

type Contact = MessageInitShape<typeof ContactSchema>
type Outside = NonNullable<Parameters<typeof assemble>[1]>

/** What a call that identity refuses throws. */
const refusal = (code: Code, reason: string) =>
  new ConnectError(reason, code, undefined, [{ desc: ErrorInfoSchema, value: { reason, domain: 'identity' } }])

/** Tells watchers within one process. */
const createChanges = () => {
  const watchers = new Map<string, Set<Wakeup>>()
  return {
    notify: (topic: string) => {
      for (const watcher of watchers.get(topic) ?? []) watcher.wake()
    },
    watch: async function* (topic: string, signal: AbortSignal): AsyncGenerator<boolean> {
      const wakeup = new Wakeup()
      const set = watchers.get(topic) ?? new Set()
      watchers.set(topic, set.add(wakeup))
      try {
        yield true
        while (!signal.aborted) {
          const isWoken = await wakeup.wait(10_000, signal)
          if (!signal.aborted) yield isWoken
        }
      } finally {
        set.delete(wakeup)
      }
    },
  }
}

/** Notification on a database of its own, with an identity that knows the accounts it is given, and a collaboration that knows letters. */
export const openNotification = async (name: string, outside: Outside = {}, env: Record<string, string> = {}) => {
  const { kernel: made, ...opened } = await openKernel(notification, name, { env })
  const contacts = new Map<string, Contact>()
  const links = new Map<string, string>()
  const letters = new Map<string, MessageInitShape<typeof GetInvitationLinkResponseSchema>>()
  let isAway = false
  const identity = {
    batchGetContacts: async ({ userIds }: { userIds: string[] }) => {
      if (isAway) throw refusal(Code.Unavailable, 'AWAY')
      return { contacts: userIds.flatMap((id) => contacts.get(id) ?? []) }
    },
    getActionLink: async ({ requestId }: { requestId: string }) => {
      const email = links.get(requestId)
      if (!email) throw refusal(Code.FailedPrecondition, 'LINK_USED')
      const url = `https://app.example/verify-email?token=${requestId}`
      return { url, email, expiresAt: timestamp(new Date('2026-11-21T10:00:00Z')) }
    },
    getInvitationLink: async ({ invitationId, sending }: { invitationId: string; sending: number }) => {
      const letter = letters.get(`${invitationId} ${sending}`)
      if (!letter) throw refusal(Code.FailedPrecondition, 'OUTDATED')
      return { email: '', phone: '', ...letter }
    },
  }
  const kernel: Kernel = { ...made, client: () => identity as never, changes: createChanges() as never }
  const parts = assemble(kernel, outside)
  const { call, database, clock } = opened
  const { app } = parts

  const newPerson = async (over: Partial<Record<'displayName' | 'language' | 'timeZone', string>> = {}) => {
    const userId = uuidv7()
    const person = { displayName: 'Ann Author', language: 'en', timeZone: 'UTC', ...over, userId }
    contacts.set(userId, { ...person, email: `${userId}@example.com`, emailVerified: true, phone: '+4315551234' })
    await call(async () => app.rememberPerson(person))
    return userId
  }
  const announce = (happening: Omit<Happening, 'eventId' | 'eventType'> & Partial<Happening>) =>
    call(() => app.announce({ eventId: uuidv7(), eventType: 'troupe.story.v1.StoryAnalyzed', ...happening }))
  /** Has all that waited for digests that are over share their fate. */
  const followAll = async (): Promise<void> => {
    const over = await database.sql<{ id: string }>('select id from deliveries where items_left')
    for (const { id } of over) while (await call(() => app.followStep(id))) {}
  }
  /** Sends all that is due, as the worker would, one after another. */
  const sendDue = async (): Promise<number> => {
    const due = await database.sql<{ id: string }>(
      `update deliveries set claimed_until = clock_timestamp() where id in (
         select id from deliveries where status = 'PENDING' and due_at <= $1) returning id`,
      clock.now(),
    )
    for (const { id } of due) await app.sendDelivery(id, new AbortController().signal)
    await followAll()
    return due.length
  }
  return {
    ...opened,
    ...parts,
    kernel,
    newPerson,
    announce,
    sendDue,
    contacts,
    links,
    letters,
    setAway: (away: boolean) => {
      isAway = away
    },
    /** Reaches everybody whom something is still going out to. */
    fanOutAll: async () => {
      const running = await database.sql<{ id: string }>(`select id from fan_outs where status = 'RUNNING'`)
      for (const { id } of running) while (await call(() => app.fanOutStep(id))) {}
    },
    statusesOf: async (userId: string) => {
      const rows = await database.sql<{ kind: string; channel: string; status: string; failure: string }>(
        'select kind, channel, status, failure from deliveries where recipient_id = $1 order by kind, channel',
        userId,
      )
      return rows.map(({ kind, channel, status, failure }) => `${kind} ${channel} ${status}${failure && ` ${failure}`}`)
    },
    mailsOf: async (userId: string) => parts.mailbox.list(`${userId}@example.com`, undefined, 100),
  }
}

export type TestNotification = Awaited<ReturnType<typeof openNotification>>

export const refused = (reason: string) => expect.objectContaining({ reason }) as unknown as Error
