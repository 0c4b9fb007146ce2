import { type DescField, type DescMessage, getOption, hasOption, type Message } from '@bufbuild/protobuf'
import { field as fieldRules } from '#gen/buf/validate/validate_pb.ts'

type Lists = readonly { field: DescField; max: number }[]

const limited = new Map<DescMessage, Lists>()

const listsOf = (schema: DescMessage): Lists => {
  const known = limited.get(schema)
  if (known) return known
  const lists = schema.fields.flatMap((field) => {
    const rules = field.fieldKind === 'list' && hasOption(field, fieldRules) ? getOption(field, fieldRules) : undefined
    const max = rules?.type.case === 'repeated' ? Number(rules.type.value.maxItems) : 0
    return max > 0 ? [{ field, max }] : []
  })
  limited.set(schema, lists)
  return lists
}

/**
 * A list of the request itself that is longer than its contract allows, with what it may hold. Found without looking
 * at its items: to say of each of two million what is wrong with it takes seconds, and gigabytes to answer.
 */
export const oversizedList = (schema: DescMessage, message: Message): { field: string; max: number } | undefined => {
  const found = listsOf(schema).find(
    ({ field, max }) => (message as unknown as Record<string, unknown[]>)[field.localName]!.length > max,
  )
  return found && { field: found.field.name, max: found.max }
}
