import type { Random } from '../random.ts'
import type { Value } from './values.ts'

/** Values as JSON spells them; lone halves of surrogate pairs and the like stay. */
export const encodeJson = (values: Readonly<Record<string, Value>>): string =>
  JSON.stringify(values, (_, value) => {
    if (typeof value === 'bigint') return String(value)
    if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
    return value
  })

const nested = (levels: number, open: string, close: string) => `${open.repeat(levels)}${close.repeat(levels)}`

const oddities = [
  'null',
  'true',
  '"text"',
  '[]',
  '{',
  '}',
  '',
  '{"a"',
  '\ufeff{}',
  '{}{}',
  '{} trailing',
  "{'a':1}",
  '{"__proto__":{"isAdmin":true}}',
  '{"constructor":{"prototype":{"x":1}}}',
  '{"toString":1,"hasOwnProperty":2,"valueOf":null}',
  `{"a":${nested(1000, '[', ']')}}`,
  nested(2000, '{"a":', '}'),
  '{"\\ud800":"\\udfff"}',
  '{"a":1e999}',
  '{"a":-0.0000000000000000000000000001}',
  '// no comments\n{}',
  '{"a":"\u0000"}',
]

const wrong: readonly (Value | null)[] = [
  null as never,
  0,
  -1,
  1.5,
  1e21,
  true,
  '',
  'x',
  [],
  [[]],
  [null as never],
  {},
  { a: {} },
  '0x10',
  '1e3',
]

const replaced = (values: Readonly<Record<string, Value>>, random: Random): string => {
  const names = Object.keys(values)
  if (names.length === 0) return random.pick(oddities)
  return encodeJson({ ...values, [random.pick(names)]: random.pick(wrong) as Value })
}

/** JSON made of values, spoilt a little, or a lot. */
export const mutateJson = (values: Readonly<Record<string, Value>>, random: Random): string | Uint8Array => {
  const text = encodeJson(values)
  switch (random.whole(8)) {
    case 0:
    case 1:
      return replaced(values, random)
    case 2:
      return text.slice(0, random.whole(text.length + 1))
    case 3:
      return random.pick(oddities)
    case 4:
      return `${text.slice(0, -1)},${text.slice(1)}` // every name twice
    case 5: {
      const bytes = Buffer.from(text)
      if (bytes.length > 0) bytes[random.whole(bytes.length)] = random.whole(256)
      return bytes
    }
    case 6:
      return text.replaceAll('"', random.pick(['"', "'", '\\"', '`']))
    default:
      return text
  }
}
