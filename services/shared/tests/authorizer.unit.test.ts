import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { type AccessQuestion, type Authorizer, askingAuthorizer } from '../infrastructure/authorizer.ts'

let asked: string[][]
let holders: Set<string>
let isAway: boolean
let logged: string[]
let authorizer: Authorizer

const keyOf = ({ userId, permission }: AccessQuestion) => `${userId} ${permission}`

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] })
  asked = []
  holders = new Set(['ann story:create'])
  isAway = false
  logged = []
  const log = { info: (text: string) => void logged.push(text), warn: (text: string) => void logged.push(text) }
  authorizer = askingAuthorizer(async (questions) => {
    asked.push(questions.map(keyOf))
    if (isAway) throw new Error('away')
    return questions.map((question) => holders.has(keyOf(question)))
  }, log)
})

afterEach(() => {
  vi.useRealTimers()
})

const allows = (userId = 'ann', permission = 'story:create') => authorizer.allows(userId, permission)

it('asks once for what is asked at the same time, and gives everybody their own answer', async () => {
  expect(await Promise.all([allows(), allows('ben'), allows('ann', 'user:list'), allows()])).toEqual([
    true,
    false,
    false,
    true,
  ])
  expect(asked).toEqual([['ann story:create', 'ben story:create', 'ann user:list']])
})

it('asks for no more than a thousand at once', async () => {
  await Promise.all(Array.from({ length: 2500 }, (_, n) => allows(`user-${n}`)))
  expect(asked.map(({ length }) => length)).toEqual([1000, 1000, 500])
})

it('remembers a yes and a no for two seconds, and not longer', async () => {
  expect([await allows(), await allows('ben')]).toEqual([true, false])
  holders = new Set(['ben story:create'])
  vi.advanceTimersByTime(1999)
  expect([await allows(), await allows('ben')]).toEqual([true, false])
  vi.advanceTimersByTime(1)
  expect([await allows(), await allows('ben')]).toEqual([false, true])
})

it('refuses while nobody answers, asks again at once, and tells of it when that begins and ends', async () => {
  isAway = true
  for (let n = 0; n < 3; n += 1) await expect(allows()).rejects.toMatchObject({ reason: 'ACCESS_UNAVAILABLE' })
  isAway = false
  expect(await allows()).toBe(true)
  expect(asked).toHaveLength(4)
  expect(logged).toEqual(['access cannot be asked', 'access decides again'])
})
