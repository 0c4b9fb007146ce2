import type { DescEnum, JsonObject } from '@bufbuild/protobuf'
import type { Bounds, FieldRules, StringRules } from '../contracts/option-types.ts'

const IGNORED_WHEN_ZERO = 'IGNORE_IF_ZERO_VALUE'
const IGNORED = 'IGNORE_ALWAYS'

/** A copy without what is undefined. */
const compact = (object: Record<string, JsonObject[string] | undefined>): JsonObject =>
  Object.fromEntries(
    Object.entries(object).filter((entry): entry is [string, JsonObject[string]] => entry[1] !== undefined),
  )

const count = (text: string | undefined): number | undefined => (text === undefined ? undefined : Number(text))

const stringConstraints = (rules: StringRules): JsonObject =>
  compact({
    minLength: count(rules.minLen),
    // No character takes less than a byte, so a limit in bytes is one in characters, too.
    maxLength: count(rules.maxLen ?? rules.maxBytes),
    pattern: rules.pattern,
    enum: rules.in,
    format: rules.email ? 'email' : rules.uri ? 'uri' : rules.uuid ? 'uuid' : undefined,
  })

const numberConstraints = (rules: Bounds<number>): JsonObject =>
  compact({ minimum: rules.gte, exclusiveMinimum: rules.gt, maximum: rules.lte, exclusiveMaximum: rules.lt })

const enumConstraints = (rules: NonNullable<FieldRules['enum']>, type: DescEnum | undefined): JsonObject => {
  if (!type || !(rules.in || rules.notIn)) return {}
  const allowed = (number: number) => (rules.in?.includes(number) ?? true) && !rules.notIn?.includes(number)
  return { enum: type.values.filter(({ number }) => allowed(number)).map(({ name }) => name) }
}

/** The part of validation rules that JSON Schema can say about a value; of the values in a list only their number. */
export const constraintsOf = (rules: FieldRules | undefined, type?: DescEnum): JsonObject => {
  if (!rules || rules.ignore === IGNORED) return {}
  const { string, bytes, int32, double, repeated } = rules
  return {
    ...(string && stringConstraints(string)),
    // Base64 of n bytes has ⌈4n/3⌉ characters, and with padding 4⌈n/3⌉.
    ...(bytes?.minLen && { minLength: Math.ceil((4 * Number(bytes.minLen)) / 3) }),
    ...(bytes?.maxLen && { maxLength: 4 * Math.ceil(Number(bytes.maxLen) / 3) }),
    ...(int32 && numberConstraints(int32)),
    ...(double && { type: 'number', ...numberConstraints(double) }),
    ...(rules.enum && enumConstraints(rules.enum, type)),
    ...(repeated &&
      compact({
        minItems: count(repeated.minItems),
        maxItems: count(repeated.maxItems),
        uniqueItems: repeated.unique,
      })),
  }
}

/** Whether the rules leave the zero value alone, whatever they say of others. */
export const sparesZero = (rules: FieldRules | undefined): boolean => rules?.ignore === IGNORED_WHEN_ZERO

const boundsNote = (bounds: Bounds): string =>
  [
    bounds.gte === undefined ? '' : `at least ${bounds.gte}`,
    bounds.gt === undefined ? '' : `more than ${bounds.gt}`,
    bounds.lte === undefined ? '' : `at most ${bounds.lte}`,
    bounds.lt === undefined ? '' : `less than ${bounds.lt}`,
  ]
    .filter(Boolean)
    .join(', ')

/** The rules that JSON Schema cannot say, for people. */
export const notesOf = (rules: FieldRules | undefined): string => {
  if (!rules || rules.ignore === IGNORED) return ''
  const { string, int64, duration, cel = [] } = rules
  return [
    string?.maxBytes ? `At most ${string.maxBytes} bytes of UTF-8.` : '',
    ...[int64, duration].map((bounds) => (bounds ? `Bounds: ${boundsNote(bounds)}.` : '')),
    ...cel.map(({ message }) => message ?? ''),
  ]
    .filter(Boolean)
    .join(' ')
}

const outside = (zero: number, { gte, gt, lte, lt }: Bounds): boolean =>
  zero < Number(gte ?? zero) ||
  zero <= Number(gt ?? -Infinity) ||
  zero > Number(lte ?? zero) ||
  zero >= Number(lt ?? Infinity)

/**
 * Whether a field that is left out breaks the rules. Where absence cannot be told from the zero value, it does when
 * the zero value does.
 */
export const mustBeSet = (rules: FieldRules | undefined, hasPresence: boolean): boolean => {
  if (!rules || rules.ignore === IGNORED) return false
  if (rules.required) return true
  if (hasPresence || sparesZero(rules)) return false
  const { string, bytes, int32, int64, double, repeated } = rules
  return (
    (string !== undefined && refusesEmpty(string)) ||
    Number(bytes?.minLen ?? 0) > 0 ||
    [int32, int64, double].some((bounds) => bounds !== undefined && outside(0, bounds)) ||
    rules.enum?.notIn?.includes(0) === true ||
    rules.enum?.in?.includes(0) === false ||
    Number(repeated?.minItems ?? 0) > 0
  )
}

const refusesEmpty = (rules: StringRules): boolean =>
  Number(rules.minLen ?? 0) > 0 ||
  Boolean(rules.email || rules.uri || rules.uuid) ||
  (rules.pattern !== undefined && !new RegExp(rules.pattern, 'u').test('')) ||
  rules.in?.includes('') === false
