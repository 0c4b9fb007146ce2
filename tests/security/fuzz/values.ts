import { type DescField, ScalarType } from '@bufbuild/protobuf'
import { rulesOf } from '../contract-request.ts'
import type { Random } from '../random.ts'

/** A value for a field, right or wrong: text, number, bigint, boolean, bytes, a list, or the parts of a message. */
export type Value = string | number | bigint | boolean | Uint8Array | Value[] | { [name: string]: Value }

const texts = [
  '',
  ' ',
  'a',
  'A normal text.',
  '\0',
  'before\0after',
  '\u0001\u0007\u001b[31m',
  '\r\nx-injected: 1',
  '😀'.repeat(60),
  'e\u0301'.repeat(40),
  '\u202eabc\u202c\u200b\ufeff',
  'ﬁ ß İ ı Å \u{1d518}',
  'كان يا ما كان',
  "' or 1=1 --",
  "'; drop --",
  '%s%n%x%00',
  '../../../../dev/null',
  'file:///dev/null',
  'http://127.0.0.1:1/',
  'https://example.com/\u2028',
  '#{7*7}{{7*7}}',
  '<img src=x onerror=alert(1)>',
  '{"a":1}',
  'null',
  'NaN',
  '-1',
  '1e400',
  '00000000-0000-0000-0000-000000000000',
  'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF',
  '01a1fae1-b13b-7a24-b5f4-9ce893ed8c2',
  'de-AT-1996-x-private',
  'a_b',
  `en-${'x'.repeat(30)}`,
  'x@y',
  'a'.repeat(300),
]

const tokenParts = [null, 0, -1, 1e300, 2 ** 53, '', 'x', '\0', [], {}, '2026-01-01T00:00:00Z', '-infinity', true]

/** A place in a list, as somebody might write one. */
const place = (random: Random): string => {
  const parts = Array.from({ length: random.whole(5) }, () =>
    random.chance(0.3) ? crypto.randomUUID() : random.pick(tokenParts),
  )
  return Buffer.from(JSON.stringify(random.chance(0.9) ? parts : random.pick(tokenParts))).toString('base64url')
}

const sizes = [1, 2, 3, 8, 20, 35, 50, 100, 128, 200, 254, 500, 1000, 2000, 4000, 70_000]

const text = (field: DescField, random: Random): string => {
  if (/_token$/.test(field.name) && random.chance(0.5)) return place(random)
  const rules = rulesOf(field)?.type
  const limits = rules?.case === 'string' ? [rules.value.minLen, rules.value.maxLen].map(Number) : []
  const isId = /(^|_)ids?$/.test(field.name)
  if (isId && random.chance(0.4)) return crypto.randomUUID()
  if (random.chance(0.6)) return random.pick(texts)
  const length = random.pick([...sizes, ...limits]) + random.pick([-1, 0, 1])
  return random.pick(['x', 'ä', '\u4e2d', 'a ', '0']).repeat(Math.max(0, length))
}

const wholes = [0, 1, -1, 2, 20, 99, 100, 101, 200, 201, 500, 1000, 65_536, 2 ** 31 - 1, -(2 ** 31)]
const longs = [
  0n,
  1n,
  -1n,
  2n ** 31n,
  2n ** 53n,
  2n ** 63n - 1n,
  -(2n ** 63n),
  253_402_300_799n,
  -62_135_596_800n,
  253_402_300_800n,
]

const scalarOf = (field: DescField, type: ScalarType, random: Random): Value => {
  switch (type) {
    case ScalarType.STRING:
      return text(field, random)
    case ScalarType.BYTES:
      return random.bytes(random.pick([0, 1, 16, 300]))
    case ScalarType.BOOL:
      return random.chance(0.5)
    case ScalarType.DOUBLE:
    case ScalarType.FLOAT:
      return random.pick([0, -0, 1.5, Number.MAX_VALUE, Number.POSITIVE_INFINITY, Number.NaN])
    case ScalarType.INT64:
    case ScalarType.UINT64:
    case ScalarType.SINT64:
      return random.pick(longs)
    default:
      return random.pick(wholes)
  }
}

const one = (field: DescField, random: Random, depth: number): Value => {
  if (field.enum) return random.chance(0.6) ? random.pick(field.enum.values).number : random.pick([-1, 99, 2 ** 31 - 1])
  if (field.message) return depth > 3 ? {} : valuesFor(field.message.fields, random, depth + 1)
  return scalarOf(field, 'scalar' in field ? (field.scalar ?? ScalarType.STRING) : ScalarType.STRING, random)
}

/** Any value for a field. */
export const valueFor = (field: DescField, random: Random, depth = 0): Value => {
  if (field.fieldKind !== 'list') return one(field, random, depth)
  return Array.from({ length: random.pick([0, 1, 2, 20, 21, 101]) }, () => one(field, random, depth))
}

/** Any values for some of the fields, by local names. */
export const valuesFor = (fields: readonly DescField[], random: Random, depth = 0): { [name: string]: Value } =>
  Object.fromEntries(
    fields.filter(() => random.chance(0.8)).map((field) => [field.localName, valueFor(field, random, depth)]),
  )
