import { create, toBinary } from '@bufbuild/protobuf'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { SessionRevokedSchema, UserDeletedSchema } from '#gen/troupe/identity/v1/identity_events_pb.ts'
import { eventually } from '../../../tests/mesh.ts'
import { suiteNats } from '../../../tests/suite-nats.ts'
import type { Principal } from '../infrastructure/call-context.ts'
import { type EndedSessions, hearOfEnds, refusingEnded } from '../infrastructure/ended-sessions.ts'
import { subjectOf } from '../infrastructure/event-codec.ts'
import { connectNats, type Nats } from '../infrastructure/nats.ts'
import { ensureStream } from '../infrastructure/stream.ts'
import { uuidv7 } from '../infrastructure/uuid.ts'
import { testLog } from './fixture.ts'

let server: Awaited<ReturnType<typeof suiteNats>>
let nats: Nats
let ended: EndedSessions

beforeAll(async () => {
  server = await suiteNats()
  nats = await connectNats([server.url], 'test', testLog)
  ended = hearOfEnds(nats, testLog)
})

afterAll(async () => {
  ended.stop()
  await nats.close()
  await server.stop()
})

const publish = (typeName: string, data: Uint8Array) => nats.js.publish(subjectOf('identity', typeName), data)
const endSession = async () => {
  const sessionId = uuidv7()
  await publish(
    SessionRevokedSchema.typeName,
    toBinary(SessionRevokedSchema, create(SessionRevokedSchema, { userId: uuidv7(), sessionId })),
  )
  return sessionId
}
const heardOf = (id: string) => eventually(async () => ended.has(id) || undefined, 20_000)

it('hears of ends once there is a stream, whatever stands between, and of those before it began', async () => {
  await ensureStream(nats, 'identity', 1)
  const [first, userId] = [await endSession(), uuidv7()]
  await heardOf(first)
  for (const bad of [new TextEncoder().encode('no such message'), new Uint8Array()]) {
    await publish(SessionRevokedSchema.typeName, bad)
  }
  await publish(UserDeletedSchema.typeName, toBinary(UserDeletedSchema, create(UserDeletedSchema, { userId })))
  await heardOf(userId)
  for (const id of [uuidv7(), '']) expect(ended.has(id)).toBe(false)
  const later = hearOfEnds(nats, testLog)
  await eventually(async () => (later.has(first) && later.has(userId)) || undefined)
  later.stop()
}, 60_000)

it('goes on after the bus was away, and after its store was lost', async () => {
  for (const loses of [false, true]) {
    await server.kill()
    if (loses) server.wipe()
    await server.start()
    const sessionId = await eventually(async () => {
      if (!nats.isConnected()) return undefined
      await ensureStream(nats, 'identity', 1)
      return endSession()
    }, 20_000)
    await heardOf(sessionId)
  }
}, 90_000)

it('refuses tokens of a session or an account that ended, and others not', async () => {
  const principal = (userId: string, sessionId: string): Principal => ({ kind: 'user', userId, sessionId, roles: [] })
  const callers: Record<string, Principal> = {
    good: principal('u1', 's1'),
    'session ended': principal('u1', 's2'),
    'account ended': principal('u2', 's3'),
    service: { kind: 'service', name: 's2' },
  }
  const authenticator = refusingEnded(
    { verify: async (token) => callers[token] as Principal },
    { has: (id) => ['s2', 'u2'].includes(id) },
  )
  for (const token of ['session ended', 'account ended']) {
    await expect(authenticator.verify(token)).rejects.toMatchObject({ reason: 'SESSION_ENDED' })
  }
  for (const token of ['good', 'service']) expect(await authenticator.verify(token)).toBe(callers[token])
})
