import type { DescMessage, Message } from '@bufbuild/protobuf'
import { personalFields, personalValues } from './personal-fields.ts'
import { erasedValue, isSealed, openedValue } from './sealed-value.ts'

/** The key of a person at the context that made it; undefined when it is gone. */
export type KeyOf = (source: string, subject: string) => Promise<Uint8Array | undefined>

/**
 * Decrypts an event's personal data in place; what nobody can read any more becomes empty. Undefined for an event that
 * holds none.
 */
export type OpenEvent = (source: string, schema: DescMessage, message: Message) => Promise<void> | undefined

const openAll = async (keyOf: KeyOf, source: string, schema: DescMessage, message: Message): Promise<void> => {
  const values = personalValues(schema, message).filter(({ value }) => isSealed(value))
  await Promise.all(
    values.map(async ({ subject, about, value, replace }) => {
      const key = await keyOf(source, subject)
      replace(key ? openedValue(key, about, value) : erasedValue(value))
    }),
  )
}

export const eventOpener =
  (keyOf: KeyOf): OpenEvent =>
  (source, schema, message) =>
    personalFields(schema).length === 0 ? undefined : openAll(keyOf, source, schema, message)
