import type { DescField, DescMessage } from '@bufbuild/protobuf'

/** A field that names or opens something: an id, a credential, a place in a list. */
export interface IdField {
  /** Its path by local names, e.g. `storyId`. */
  path: readonly string[]
  /** By the contract's names, e.g. `story_id`. */
  name: string
  isList: boolean
  /** A token for a place, such as `page_token`, which never entitles to anything. */
  isPlace: boolean
}

const naming = /^(ids?|state|binding|code|assertion|password|token)$|_(ids?|token)$|^current_password$/
const placing = /^(page|resume)_token$/
const deepest = 4

const walk = (message: DescMessage, before: readonly DescField[]): IdField[] =>
  message.fields.flatMap((field) => {
    const path = [...before, field]
    if (field.fieldKind === 'message' && before.length < deepest && !field.message.typeName.startsWith('google.')) {
      return walk(field.message, path)
    }
    const isText = field.fieldKind === 'scalar' || (field.fieldKind === 'list' && field.listKind === 'scalar')
    if (!isText || !naming.test(field.name)) return []
    const names = { path: path.map(({ localName }) => localName), name: path.map(({ name }) => name).join('.') }
    return [{ ...names, isList: field.fieldKind === 'list', isPlace: placing.test(field.name) }]
  })

/** The fields of a request that name or open something, however deep they stand. */
export const idFieldsOf = (input: DescMessage): IdField[] => walk(input, [])

/** A field's value in a request; undefined where it is not set. */
export const valueAt = (fields: Readonly<Record<string, unknown>>, path: readonly string[]): unknown =>
  path.reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], fields)

/** The request with one field replaced. */
export const withValue = <T extends Readonly<Record<string, unknown>>>(
  fields: T,
  [name = '', ...rest]: readonly string[],
  value: unknown,
): T => {
  if (rest.length === 0) return { ...fields, [name]: value }
  return { ...fields, [name]: withValue((fields[name] ?? {}) as Record<string, unknown>, rest, value) }
}
