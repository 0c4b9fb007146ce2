import { type DescField, type DescMessage, getOption, hasOption, ScalarType } from '@bufbuild/protobuf'
import { type FieldRules, field as fieldRules, type StringRules } from '#gen/buf/validate/validate_pb.ts'
import { duration, timestamp } from '../../services/shared/domain/timestamp.ts'
import type { Fields } from './call.ts'

/** Texts of several forms; of those that a rule allows, the first is taken. */
const texts = [
  'Something',
  'something',
  'Something else',
  'thing:use',
  'https://example.com/a.png',
  '#123456',
  '+4315551234',
  'USD',
  '',
]

/** What only a context knows of its texts, and places in lists: at the beginning. */
const byName: Readonly<Record<string, string>> = {
  language: 'en',
  shell_language: 'de',
  time_zone: 'Europe/Vienna',
  country: 'AT',
  page_token: '',
  resume_token: '',
  share_token: '',
}

/** The rules on a field, if there are any. */
export const rulesOf = (field: DescField): FieldRules | undefined =>
  hasOption(field, fieldRules) ? getOption(field, fieldRules) : undefined

const text = (field: DescField, rules: StringRules | undefined): string => {
  const known = byName[field.name]
  if (known !== undefined) return known
  if (rules?.wellKnown.case === 'uuid') return crypto.randomUUID()
  if (rules?.wellKnown.case === 'email') return `${crypto.randomUUID()}@example.com`
  if (rules?.wellKnown.case === 'uri') return 'https://example.com/'
  const isGood = (each: string) =>
    each.length >= Number(rules?.minLen ?? 0) && (!rules?.pattern || new RegExp(rules.pattern, 'u').test(each))
  const fits = texts.find(isGood)
  if (fits === undefined) {
    const form = `${rules?.pattern} of at least ${rules?.minLen ?? 0}`
    throw new Error(`${field}: no text here has the form ${form}; add one to tests/security/contract-request.ts`)
  }
  return fits
}

const number = (type: ScalarType, rules: FieldRules | undefined): unknown => {
  const { value } = rules?.type ?? {}
  const least =
    value && 'greaterThan' in value && value.greaterThan.case === 'gte' ? Number(value.greaterThan.value) : 1
  const isLong = [ScalarType.INT64, ScalarType.UINT64, ScalarType.SINT64, ScalarType.FIXED64, ScalarType.SFIXED64]
  return isLong.includes(type) ? BigInt(least) : least
}

const scalar = (field: DescField, type: ScalarType, rules: FieldRules | undefined): unknown => {
  if (type === ScalarType.STRING) return text(field, rules?.type.case === 'string' ? rules.type.value : undefined)
  if (type === ScalarType.BYTES) return new Uint8Array([1, 2, 3])
  if (type === ScalarType.BOOL) return true
  return number(type, rules)
}

const message = (type: DescMessage, now: Date): unknown => {
  if (type.typeName === 'google.protobuf.Timestamp') return timestamp(new Date(now.getTime() + 86_400_000))
  if (type.typeName === 'google.protobuf.Duration') return duration(1000)
  return type.typeName.startsWith('google.') ? {} : contractRequest(type, now)
}

const goodValue = (field: DescField, now: Date): unknown => {
  const rules = rulesOf(field)
  switch (field.fieldKind) {
    case 'scalar':
      return scalar(field, field.scalar, rules)
    case 'enum': {
      const excluded: readonly number[] = rules?.type.case === 'enum' ? rules.type.value.notIn : []
      return field.enum.values.find(({ number: value }) => value !== 0 && !excluded.includes(value))?.number ?? 0
    }
    case 'message':
      return message(field.message, now)
    case 'list': {
      if (field.listKind === 'enum') return []
      if (field.listKind === 'message') return [message(field.message, now)]
      return [scalar(field, field.scalar, rules?.type.case === 'repeated' ? rules.type.value.items : undefined)]
    }
    case 'map':
      return {}
  }
}

/**
 * A request with every field set to something that the contract's rules allow; members of oneofs are left out. Times
 * are a day after `now`.
 */
export const contractRequest = (input: DescMessage, now: Date): Fields =>
  Object.fromEntries(
    input.fields.filter(({ oneof }) => !oneof).map((field) => [field.localName, goodValue(field, now)]),
  )
