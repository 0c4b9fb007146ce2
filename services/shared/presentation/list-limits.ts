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

const smallBytes = 64 * 1024

/** Where the field after the tag at `at` ends; -1 where that cannot be told, as of a group or a field cut short. */
const endOfField = (data: Uint8Array, wireType: number, at: number): number => {
  if (wireType === 1) return at + 8
  if (wireType === 5) return at + 4
  if (wireType !== 0 && wireType !== 2) return -1
  let [value, end] = [0, at]
  for (let shift = 0; shift < 70; shift += 7, end += 1) {
    const byte = data[end]
    if (byte === undefined) return -1
    value += (byte & 0x7f) * 2 ** shift
    if (byte < 0x80) return wireType === 0 ? end + 1 : end + 1 + value
  }
  return -1
}

/**
 * As many of a request's bytes as show that one of its lists is too long; all where none is. The items of two million
 * would take a hundred megabytes to be refused.
 */
export const untilTooLong = (schema: DescMessage, data: Uint8Array): Uint8Array => {
  const lists = listsOf(schema)
  if (data.length < smallBytes || lists.length === 0) return data
  const left = new Map(lists.map(({ field, max }) => [field.number, max + 1]))
  for (let at = 0; at < data.length; ) {
    const tagEnd = endOfField(data, 0, at)
    if (tagEnd === -1) return data
    // Fields of these numbers have tags of one or two bytes.
    const [low, high] = [data[at] as number, data[at + 1] as number]
    const number = tagEnd - at > 2 ? 0 : tagEnd - at === 1 ? low >> 3 : ((low & 0x7f) >> 3) | (high << 4)
    at = endOfField(data, low & 7, tagEnd)
    if (at === -1 || at > data.length) return data
    const items = left.get(number)
    if (items === undefined) continue
    if (items === 1) return data.subarray(0, at)
    left.set(number, items - 1)
  }
  return data
}
