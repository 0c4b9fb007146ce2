import {
  type DescField,
  type DescMessage,
  getOption,
  hasOption,
  isFieldSet,
  type Message,
  ScalarType,
} from '@bufbuild/protobuf'
import { reflect } from '@bufbuild/protobuf/reflect'
import { pii } from '#gen/troupe/mesh/v1/options_pb.ts'
import { oncePer } from '../../domain/once-per.ts'

type ScalarField = DescField & { fieldKind: 'scalar' }

/** A field with personal data, and the field beside it with the id of the person. */
export interface PersonalField {
  readonly field: ScalarField
  readonly subject: ScalarField
}

const isScalar = (field: DescField | undefined, types: readonly ScalarType[]): field is ScalarField =>
  field?.fieldKind === 'scalar' && types.includes(field.scalar)

const readField = (schema: DescMessage, field: DescField): PersonalField => {
  const subject = schema.fields.find(({ name }) => name === getOption(field, pii).subject)
  const name = `${schema.typeName}.${field.name}`
  if (!isScalar(field, [ScalarType.STRING, ScalarType.BYTES])) {
    throw new Error(`${name}: personal data must be a single string or bytes field`)
  }
  if (!isScalar(subject, [ScalarType.STRING])) {
    throw new Error(`${name}: its subject must be a string field of the same message`)
  }
  return { field, subject }
}

/** Refuses personal data further down, where nothing would seal it. */
const assertNone = (schema: DescMessage, seen: Set<DescMessage>): void => {
  if (seen.has(schema)) return
  seen.add(schema)
  for (const field of schema.fields) {
    if (hasOption(field, pii))
      throw new Error(`${schema.typeName}.${field.name}: personal data stands on top of an event`)
    if (field.message) assertNone(field.message, seen)
  }
}

/** The fields of an event that hold personal data. Throws where the contract marks what cannot be sealed. */
export const personalFields = oncePer((schema: DescMessage): readonly PersonalField[] => {
  for (const { message } of schema.fields) if (message) assertNone(message, new Set())
  return schema.fields.filter((field) => hasOption(field, pii)).map((field) => readField(schema, field))
})

/** One value of personal data in a message. */
export interface PersonalValue {
  readonly subject: string
  /** What it is bound to: the field, and whose it is. */
  readonly about: string
  readonly value: string | Uint8Array
  replace(value: string | Uint8Array): void
}

/** What personal data a message holds; fields that are empty hold none. */
export const personalValues = (schema: DescMessage, message: Message): PersonalValue[] => {
  const fields = personalFields(schema)
  if (fields.length === 0) return []
  const all = reflect(schema, message)
  return fields.flatMap(({ field, subject: subjectField }) => {
    const value = all.get(field) as string | Uint8Array
    if (!isFieldSet(message, field) || value.length === 0) return []
    const subject = all.get(subjectField) as string
    const about = `${schema.typeName}.${field.name}:${subject}`
    return [{ subject, about, value, replace: (other) => all.set(field, other) }]
  })
}
