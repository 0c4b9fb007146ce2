import { UserDeletedSchema } from '#gen/troupe/identity/v1/identity_events_pb.ts'
import { SubjectErasedSchema } from '#gen/troupe/mesh/v1/erasure_events_pb.ts'
import { type ConsumerDefinition, react } from '../../application/consumers.ts'
import { EventSourcedAggregate } from '../../domain/aggregate.ts'
import type { Clock } from '../../domain/clock.ts'
import { timestamp } from '../../domain/timestamp.ts'
import { callContext } from '../call-context.ts'
import { currentUnit } from '../unit-of-work.ts'
import { uuidv7 } from '../uuid.ts'
import type { SubjectKeys } from './subject-keys.ts'

/** Erases what a context itself holds of a person, and says in words what that was. Called again after a crash. */
export type EraseSubject = (subject: string, signal: AbortSignal) => Promise<readonly string[]>

/** That a context has erased somebody: an event and nothing else. */
class SubjectErasure extends EventSourcedAggregate {
  protected override apply(): void {}

  static of(context: string, subject: string, erased: readonly string[], now: Date): SubjectErasure {
    const erasure = new SubjectErasure(uuidv7(now.getTime()))
    erasure.raise(SubjectErasedSchema, { context, subject, erased: [...erased], erasedAt: timestamp(now) })
    return erasure
  }
}

/**
 * Erases who has deleted their account: what the context holds, the key to what its events say of them, and stored
 * answers. Publishes SubjectErased.
 */
export const erasureConsumer = (options: {
  context: string
  keys: SubjectKeys
  clock: Clock
  erase: EraseSubject
}): ConsumerDefinition =>
  react('erase-subject', [UserDeletedSchema], async ({ userId }) => {
    const { context, keys, clock, erase } = options
    const erased = await erase(userId, callContext().signal)
    const unit = currentUnit()
    const now = clock.now()
    unit.write(keys.destruction(userId, now))
    unit.write({ sql: 'delete from idempotency where subject = $1', parameters: [userId] })
    unit.add(SubjectErasure.of(context, userId, erased, now))
  })
