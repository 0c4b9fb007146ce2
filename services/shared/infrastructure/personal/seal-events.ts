import { clone } from '@bufbuild/protobuf'
import type { RecordedEvent } from '../../domain/aggregate.ts'
import type { Statement } from '../statement.ts'
import { type PersonalValue, personalFields, personalValues } from './personal-fields.ts'
import { erasedValue, sealedValue } from './sealed-value.ts'
import type { SubjectKeys } from './subject-keys.ts'

/** What a unit stores of its events. */
export interface Sealing {
  /** An event with its personal data encrypted; the event itself is left as it is. */
  sealed(event: RecordedEvent): RecordedEvent
  /** Adds the keys that were made for it. */
  write(statement: Statement, now: Date): void
}

const nothing: Sealing = { sealed: (event) => event, write: () => {} }

const isPersonal = ({ schema }: RecordedEvent): boolean => personalFields(schema).length > 0

/**
 * Finds or makes the keys of all people whom some events are about. Of somebody whose key was destroyed nothing is
 * kept any more.
 */
export const sealingOf = async (keys: SubjectKeys | undefined, events: readonly RecordedEvent[]): Promise<Sealing> => {
  const subjects = new Set(
    events
      .filter(isPersonal)
      .flatMap(({ schema, message }) => personalValues(schema, message).map((one) => one.subject)),
  )
  if (subjects.size === 0) return nothing
  if (!keys) throw new Error('events hold personal data, and there are no keys to seal it with')
  const known = await keys.find([...subjects])
  const made = new Map([...subjects].filter((subject) => !known.has(subject)).map((subject) => [subject, keys.make()]))

  const replace = ({ subject, about, value, replace: by }: PersonalValue): void => {
    const key = made.get(subject) ?? known.get(subject)
    by(key ? sealedValue(key, about, value) : erasedValue(value))
  }
  return {
    sealed: (event) => {
      if (!isPersonal(event)) return event
      const message = clone(event.schema, event.message)
      for (const value of personalValues(event.schema, message)) replace(value)
      return { schema: event.schema, message }
    },
    write: (statement, now) => {
      for (const [subject, key] of made) keys.write(statement, subject, key, now)
    },
  }
}
