import { create, type DescMessage, type MessageInitShape } from '@bufbuild/protobuf'
import { sweepOrphans } from '#shared/infrastructure/blobs/orphans.ts'
import { Changes } from '#shared/infrastructure/changes.ts'
import { sweep } from '#shared/infrastructure/janitor.ts'
import type { Kernel } from '#shared/infrastructure/kernel.ts'
import { openLaboratory } from '#shared/infrastructure/sound/laboratory.ts'
import { uuidv7 } from '#shared/infrastructure/uuid.ts'
import { spoken } from '../../../tests/security/recipes/collaboration-scenes.ts'
import { openKernel } from '../../shared/tests/open-kernel.ts'
import { violationsOf } from '../../shared/tests/rivals.ts'
import type { InvitationDraft } from '../application/invite.ts'
import type { Viewer } from '../application/viewers.ts'
import { expiries } from '../infrastructure/expiries.ts'
import { invariants } from '../infrastructure/invariants.ts'
import { orphanRules } from '../infrastructure/orphans.ts'
import { consumers } from '../presentation/consumers.ts'
import { assemble, collaboration } from '../service.ts'
import { neighbours, type Said, scriptOf } from './neighbours.ts'

export const hour = 60 * 60_000
export const day = 24 * hour
const signal = new AbortController().signal

/** Greta says two lines and Tom one; the mill says nothing. */
const tale: Said = [
  ['Greta', '“Where are you going, my dear brother?”'],
  ['Tom', '“Home.”'],
  ['Greta', '“So soon?”'],
]

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes
}

/** The collaboration context on a database of its own. */
export const openCollaboration = async (name: string) => {
  // Nothing is told to other processes: there are none.
  const alone = { connection: { subscribe: () => {} }, isConnected: () => false }
  const changes = new Changes(alone as never, 'collaboration', () => {})
  const opened = await openKernel(collaboration, name)
  const mesh = neighbours()
  const kernel: Kernel = { ...opened.kernel, changes, client: () => mesh.client as never }
  const laboratory = openLaboratory()
  const app = assemble(kernel, laboratory)
  const { call, database, clock } = opened

  /** Does what consumers do about an event. */
  const hear = async <Schema extends DescMessage>(schema: Schema, init: MessageInitShape<Schema>) => {
    const event = create(schema, init)
    const consumer = consumers(app).find(({ schemas }) => schemas.some((each) => each.typeName === schema.typeName))
    const info = { id: uuidv7(), aggregateId: '', aggregateVersion: 1, occurredAt: clock.now() }
    await call(async () => consumer?.handle(event as never, info as never))
  }
  const newPerson = async (displayName = 'Ann Author') => {
    const userId = uuidv7()
    await call(async () => app.rememberPerson(userId, displayName))
    return userId
  }
  /** A story with characters of its own. */
  const newStory = (authorId: string, said: Said = tale) => {
    const storyId = uuidv7()
    const characters = { Greta: uuidv7(), Tom: uuidv7(), Mill: uuidv7() }
    mesh.scripts.set(storyId, scriptOf(authorId, said, characters))
    return { storyId, characters }
  }
  const start = async (hostId: string, more: { maxParticipants?: number; lifetimeMs?: number } = {}) => {
    const { storyId, characters } = newStory(hostId)
    const draft = { storyId, templateId: '', maxParticipants: 0, lifetimeMs: undefined, ...more }
    const { session } = await call(() => app.startSession(hostId, draft))
    return { sessionId: session.id, storyId, hostId, characters }
  }
  type Started = Awaited<ReturnType<typeof start>>
  const invite = async (
    { hostId, sessionId, characters }: Started,
    by: 'Greta' | 'Tom' | 'Mill',
    more: Partial<InvitationDraft> = {},
  ) => {
    const recipient = { email: `${uuidv7()}@example.com` }
    const draft = { sessionId, characterId: characters[by], recipient, canRecord: true, canRegenerate: false, ...more }
    const { invitation } = await call(() => app.inviteParticipant(hostId, draft))
    const { url } = await call(() => app.getInvitationLink(invitation.id, 1))
    return { id: invitation.id, token: new URL(url).searchParams.get('token') ?? '', usageKey: invitation.usageKey }
  }
  const accept = (token: string, displayName = 'Gus', userId?: string) =>
    call(() => app.acceptInvitation(token, displayName, userId))
  /** Invites somebody who takes part as a guest. */
  const guest = async (started: Started, by: 'Greta' | 'Tom', more: Partial<InvitationDraft> = {}) => {
    const invited = await invite(started, by, more)
    await accept(invited.token)
    const viewer: Viewer = { guestId: invited.id, sessionId: started.sessionId }
    return { ...invited, viewer }
  }
  const submit = (viewer: Viewer, sessionId: string, bytes: Uint8Array, lines: readonly number[] = []) =>
    app.submitContribution(viewer, uuidv7(), { sessionId, lines, data: once(bytes) }, signal)
  const see = (viewer: Viewer, sessionId: string) =>
    call(() => app.getSession(viewer, sessionId, { size: 50, token: '' }))
  return {
    app,
    kernel,
    mesh,
    database,
    call,
    clock,
    events: opened.events,
    hear,
    newPerson,
    newStory,
    start,
    invite,
    accept,
    guest,
    submit,
    see,
    /** Greta's two lines, or Tom's one. */
    voice: (linesMs: readonly number[]) => spoken(linesMs),
    review: (hostId: string, contributionId: string, isApproved: boolean, reason = '') =>
      call(() => app.reviewContribution(hostId, { contributionId, isApproved, reason })),
    /** What an aggregate told last. */
    lastEvent: async (streamId: string) => {
      const [row] = await database.sql<{ data: Record<string, unknown> }>(
        'select event_data as data from event_store where stream_id = $1 order by event_version desc limit 1',
        streamId,
      )
      return row?.data
    },
    blobs: async () => {
      const keys: string[] = []
      for await (const { key } of kernel.blobs.list('collaboration/')) keys.push(key)
      return keys
    },
    expire: (now: Date) => sweep(database, expiries, now),
    sweep: async () => {
      const found: string[] = []
      for (const rule of orphanRules(kernel)) found.push(...(await sweepOrphans(kernel.blobs, rule, new Date(8e15))))
      return found
    },
    violations: () => violationsOf(database, invariants),
    close: async () => {
      await laboratory.close()
      await opened.close()
    },
  }
}

export type TestCollaboration = Awaited<ReturnType<typeof openCollaboration>>
