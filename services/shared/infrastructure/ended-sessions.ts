import { setTimeout as sleep } from 'node:timers/promises'
import { fromBinary } from '@bufbuild/protobuf'
import { type ConsumerMessages, DeliverPolicy, type JsMsg } from '@nats-io/jetstream'
import { LRUCache } from 'lru-cache'
import { SessionRevokedSchema, UserDeletedSchema } from '#gen/troupe/identity/v1/identity_events_pb.ts'
import { unauthenticated } from '../domain/errors.ts'
import type { Authenticator } from './authenticator.ts'
import { subjectOf } from './event-codec.ts'
import { machineClock } from './mesh-clock.ts'
import type { Nats } from './nats.ts'
import { isMissing, streamName } from './stream.ts'
import type { Logger } from './telemetry/logger.ts'

const source = 'identity'
const revoked = subjectOf(source, SessionRevokedSchema.typeName)
const deleted = subjectOf(source, UserDeletedSchema.typeName)
/** As long as an access token is good, and two minutes for clocks that differ. */
const rememberMs = 12 * 60_000
const mostRemembered = 100_000
const againAfterMs = 1000

/** The sessions and accounts that ended within the life of an access token. */
export interface EndedSessions {
  /** Whether a session or an account ended, by its id. */
  has(id: string): boolean
  stop(): void
}

const idOf = ({ subject, data }: JsMsg): string =>
  subject === revoked ? fromBinary(SessionRevokedSchema, data).sessionId : fromBinary(UserDeletedSchema, data).userId

/**
 * Hears from the event bus which sessions and accounts end, and begins with those of the last minutes. While the bus is
 * away nothing is heard, and access tokens end by themselves.
 */
export const hearOfEnds = (nats: Pick<Nats, 'js'>, log: Pick<Logger, 'warn'>): EndedSessions => {
  const ended = new LRUCache<string, true>({ max: mostRemembered, ttl: rememberMs })
  const stopping = new AbortController()
  const { signal } = stopping
  let messages: ConsumerMessages | undefined

  const note = (message: JsMsg) => {
    try {
      const id = idOf(message)
      // Nobody's: a key's caller has no session.
      if (id !== '') ended.set(id, true)
    } catch (error) {
      log.warn('an event about the end of a session cannot be read', { subject: message.subject, error })
    }
  }
  const hear = async () => {
    const consumer = await nats.js.consumers.get(streamName(source), {
      filter_subjects: [revoked, deleted],
      deliver_policy: DeliverPolicy.StartTime,
      // By the bus' clock, as the machine's.
      opt_start_time: new Date(machineClock.now().getTime() - rememberMs).toISOString(),
    })
    messages = await consumer.consume({ abort_on_missing_resource: true })
    if (signal.aborted) messages.stop()
    for await (const message of messages) note(message)
  }
  const hearOn = async () => {
    while (!signal.aborted) {
      await hear().catch((error: unknown) => {
        // There is no stream before identity has made it.
        if (!signal.aborted && !isMissing(error)) log.warn('ends of sessions are not heard of at present', { error })
      })
      await sleep(againAfterMs, undefined, { signal }).catch(() => {}) // the loop ends then
    }
  }
  hearOn()

  return {
    has: (id) => ended.has(id),
    stop: () => {
      stopping.abort()
      messages?.stop()
    },
  }
}

/** Refuses tokens of sessions and accounts that ended: UNAUTHENTICATED / SESSION_ENDED. */
export const refusingEnded = (authenticator: Authenticator, ended: Pick<EndedSessions, 'has'>): Authenticator => ({
  verify: async (token) => {
    const principal = await authenticator.verify(token)
    if (principal.kind === 'user' && (ended.has(principal.sessionId) || ended.has(principal.userId))) {
      throw unauthenticated('SESSION_ENDED', 'this session has ended; sign in again')
    }
    return principal
  },
})
