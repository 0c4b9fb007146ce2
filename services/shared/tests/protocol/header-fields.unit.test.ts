import fc from 'fast-check'
import { expect, test } from 'vitest'
import { HeaderFields } from '../../infrastructure/unary/header-fields.ts'

const names = [
  'x-a',
  'X-A',
  'x-b',
  'set-cookie',
  'Set-Cookie',
  'cookie',
  'constructor',
  '__proto__',
  'x-a-bin',
  'a b',
  '',
  'ä',
]
const values = ['', 'a', 'b, c', ' a ', '\ta\r\n', 'a\nb', 'a\0', 'é', '日', 'a\u0001b', ', ', '\u00a0a', 'a=1; Path=/']

const name = fc.constantFrom(...names)
const value = fc.constantFrom(...values)
const step = fc.oneof(
  fc.record({ kind: fc.constantFrom('set' as const, 'append' as const), name, value }),
  fc.record({ kind: fc.constantFrom('delete' as const, 'get' as const, 'has' as const), name }),
  fc.record({
    kind: fc.constantFrom(
      'entries' as const,
      'keys' as const,
      'values' as const,
      'forEach' as const,
      'cookies' as const,
    ),
  }),
)
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

/** Without order among names; several cookies keep theirs. */
const sorted = <T>(list: T[], nameOf: (item: T) => string): T[] =>
  list.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : nameOf(a) > nameOf(b) ? 1 : 0))

const run = (headers: Headers, step: Step): unknown => {
  if (step.kind === 'set' || step.kind === 'append') return headers[step.kind](step.name, step.value)
  if (step.kind === 'delete' || step.kind === 'get' || step.kind === 'has') return headers[step.kind](step.name)
  if (step.kind === 'cookies') return headers.getSetCookie()
  if (step.kind === 'entries') return sorted([...headers.entries()], ([key]) => key)
  if (step.kind === 'keys') return sorted([...headers.keys()], String)
  if (step.kind === 'values') return sorted([...headers.values()], String)
  const seen: [string, string][] = []
  headers.forEach((each, key, all) => void seen.push([key, `${each}${all === headers}`]))
  return sorted(seen, ([key]) => key)
}

const attempt = (headers: Headers, step: Step): unknown => {
  try {
    return run(headers, step)
  } catch (error) {
    return (error as Error).name
  }
}

test('whatever is done to it, it is as Headers are', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const ours = new HeaderFields()
      const theirs = new Headers()
      for (const each of steps) expect([each, attempt(ours, each)]).toEqual([each, attempt(theirs, each)])
      expect(sorted([...ours], ([key]) => key)).toEqual(sorted([...theirs], ([key]) => key))
    }),
    { numRuns: 500, seed: 1 },
  )
})

test('copies of either hold the same', () => {
  const fields = fc.array(
    fc.tuple(fc.constantFrom('x-a', 'X-A', 'set-cookie', 'cookie'), fc.constantFrom('a', 'b', 'c=1; d')),
  )
  fc.assert(
    fc.property(fields, (list) => {
      const theirs = new Headers(list)
      for (const copy of [HeaderFields.of(list), HeaderFields.of(theirs), HeaderFields.of(HeaderFields.of(list))]) {
        expect(sorted([...copy], ([key]) => key)).toEqual([...theirs])
        expect([...new Headers(copy)]).toEqual([...theirs])
      }
    }),
    { numRuns: 200, seed: 2 },
  )
})

test('a copy stays what it was', () => {
  const first = HeaderFields.of({ 'x-a': 'a', 'set-cookie': 'b' })
  first.append('set-cookie', 'c')
  const copy = HeaderFields.of(first)
  first.append('set-cookie', 'd')
  first.set('x-a', 'e')
  expect([copy.getSetCookie(), copy.get('x-a')]).toEqual([['b', 'c'], 'a'])
})

test('what node has received is read as Headers would read it', () => {
  const received = HeaderFields.received({
    ':path': '/',
    'x-a': ' a\t',
    'set-cookie': ['b', ' c '],
    cookie: 'd; e',
    'x-no': undefined,
  })
  expect([...received]).toEqual([
    ['x-a', 'a'],
    ['set-cookie', 'b'],
    ['set-cookie', 'c'],
    ['cookie', 'd; e'],
  ])
})
