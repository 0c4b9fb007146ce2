import { Code, ConnectError } from '@connectrpc/connect'
import { expect, test } from 'vitest'
import { exhausted, invalid } from '#shared/domain/errors.ts'
import { toConnectError } from '#shared/presentation/errors.ts'
import { SetupError } from '../setup-error.ts'
import { createFailures, explain } from './failures.ts'
import { createScreen } from './screen.ts'

test('an rpc error tells code, reason, fields, when to try again and what to do', () => {
  const limited = exhausted('RATE_LIMITED', 'at most 10 calls', { retryAfterMs: 61_200 })
  expect(explain(toConnectError(limited, 'story'))).toEqual([
    'RESOURCE_EXHAUSTED / RATE_LIMITED: at most 10 calls',
    'may succeed in 62 s',
    expect.stringMatching(/^→ wait/),
  ])
  expect(explain(toConnectError(invalid('title', 'TITLE_TOO_SHORT', 'at least 3 characters'), 'story'))).toEqual([
    'INVALID_ARGUMENT / TITLE_TOO_SHORT: title: at least 3 characters',
    'field title: at least 3 characters',
    '→ correct the fields named above',
  ])
})

test('an rpc error without particulars still says what to do', () => {
  expect(explain(new ConnectError('connect ECONNREFUSED', Code.Unavailable))).toEqual([
    'UNAVAILABLE: connect ECONNREFUSED',
    expect.stringContaining('is the mesh still running?'),
  ])
})

test('a message for people comes without its stack, an unforeseen error with it', () => {
  expect(explain(new SetupError('port 8080 is taken'))).toEqual(['port 8080 is taken'])
  expect(explain(new TypeError('x is undefined'))[0]).toMatch(/TypeError: x is undefined\n\s+at /)
})

test('what fails is told and counted, and the others go on', async () => {
  const lines: string[] = []
  const failures = createFailures(createScreen({ write: (text) => lines.push(text) }))
  expect(await failures.attempt('GetStory', async () => 7)).toBe(7)
  expect(await failures.attempt('GetStory', () => Promise.reject(new SetupError('no')))).toBeUndefined()
  expect(failures.count()).toBe(1)
  expect(lines).toEqual(['  ✗ GetStory: no\n'])
})
