import { type DescField, type DescMessage, getOption, hasOption, type Message } from '@bufbuild/protobuf'
import { type Timestamp, TimestampSchema } from '@bufbuild/protobuf/wkt'
import { type FieldRules, field as fieldRules } from '#gen/buf/validate/validate_pb.ts'
import { invalid } from '../domain/errors.ts'

type Fields = Record<string, unknown>
/** Makes of a value what is used in its place, or throws; `path` names it. */
type Canon = (value: unknown, path: string) => unknown

const firstSecond = -62_135_596_800n
const lastSecond = 253_402_300_799n

const sameCase: Canon = (value) => (value as string).toLowerCase()

const withinCalendar: Canon = (value, path) => {
  const { seconds, nanos } = value as Timestamp
  if (seconds < firstSecond || seconds > lastSecond || nanos < 0 || nanos > 999_999_999) {
    throw invalid(path, 'INVALID_REQUEST', 'must be a time in the years 1 to 9999')
  }
  return value
}

const isUuid = (rules: FieldRules | undefined): boolean =>
  rules?.type.case === 'string' && rules.type.value.wellKnown.case === 'uuid' && rules.type.value.wellKnown.value

const isOfUuids = (field: DescField): boolean => {
  const rules = hasOption(field, fieldRules) ? getOption(field, fieldRules) : undefined
  return rules?.type.case === 'repeated' ? isUuid(rules.type.value.items) : isUuid(rules)
}

const ofMessage = (schema: DescMessage): Canon => {
  if (schema.typeName === TimestampSchema.typeName) return withinCalendar
  const plan = planOf(schema)
  return (value, path) => apply(plan, value as Fields, path)
}

const canonOf = (field: DescField): Canon | undefined => {
  const inner = field.message ? ofMessage(field.message) : isOfUuids(field) ? sameCase : undefined
  if (!inner) return undefined
  if (field.fieldKind === 'list') {
    return (value, path) => (value as unknown[]).map((item, index) => inner(item, `${path}[${index}]`))
  }
  if (field.fieldKind !== 'map') return inner
  return (value, path) => {
    for (const [key, item] of Object.entries(value as Fields)) (value as Fields)[key] = inner(item, `${path}["${key}"]`)
    return value
  }
}

type Plan = { field: DescField; canon: Canon }[]

const plans = new Map<DescMessage, Plan>()

const planOf = (schema: DescMessage): Plan => {
  const known = plans.get(schema)
  if (known) return known
  const plan: Plan = []
  // Before its fields: it may hold messages of its own type.
  plans.set(schema, plan)
  for (const field of schema.fields) {
    const canon = canonOf(field)
    if (canon) plan.push({ field, canon })
  }
  return plan
}

const apply = (plan: Plan, message: Fields, path: string): Fields => {
  for (const { field, canon } of plan) {
    const name = path === '' ? field.name : `${path}.${field.name}`
    if (field.oneof) {
      const chosen = message[field.oneof.localName] as { case?: string; value?: unknown }
      if (chosen.case === field.localName) chosen.value = canon(chosen.value, name)
    } else if (message[field.localName] !== undefined) {
      message[field.localName] = canon(message[field.localName], name)
    }
  }
  return message
}

/**
 * Gives what can be written in several ways one form, wherever it stands in a request: ids that are UUIDs in lower case,
 * as they are kept and compared. Throws INVALID_REQUEST for a time that no calendar has.
 */
export const canonicalise = (schema: DescMessage, message: Message): void => {
  apply(planOf(schema), message as unknown as Fields, '')
}
