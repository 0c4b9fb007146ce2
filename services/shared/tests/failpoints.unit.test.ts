import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { failpointProblem } from '../infrastructure/failpoints.ts'

const file = join(import.meta.dirname, '../infrastructure/failpoints.ts')
const script = `
  const { failpoint } = await import(${JSON.stringify(file)})
  for (let n = 1; n <= 5; n += 1) {
    failpoint('publish:after')
    failpoint('commit:before')
    console.log(n)
  }`

const run = (env: NodeJS.ProcessEnv) => {
  const { stdout, signal } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  })
  return { said: stdout.trim().split('\n').filter(Boolean).length, signal }
}

it('ends the process when it comes to the place for the nth time', () => {
  const setting = { TROUPE_FAILPOINTS: 'commit:before#3' }
  expect(run({ ...setting, TROUPE_TIME_TRAVEL: '1' })).toEqual({ said: 2, signal: 'SIGKILL' })
  expect(run({ ...setting, TROUPE_TIME_TRAVEL: '0' })).toEqual({ said: 5, signal: null })
  expect(run({ TROUPE_TIME_TRAVEL: '1', TROUPE_FAILPOINTS: '' })).toEqual({ said: 5, signal: null })
})

it('hangs there for a time instead', () => {
  const began = performance.now()
  expect(run({ TROUPE_TIME_TRAVEL: '1', TROUPE_FAILPOINTS: 'publish:after#2~400' })).toEqual({ said: 5, signal: null })
  expect(performance.now() - began).toBeGreaterThan(400)
})

it('is a bad setting where time does not travel, and where it names no place', () => {
  expect(failpointProblem({})).toBeUndefined()
  expect(failpointProblem({ TROUPE_TIME_TRAVEL: '1', TROUPE_FAILPOINTS: 'ack:after#1' })).toBeUndefined()
  expect(failpointProblem({ TROUPE_FAILPOINTS: 'ack:after#1' })).toContain('TROUPE_TIME_TRAVEL=1 only')
  expect(failpointProblem({ TROUPE_TIME_TRAVEL: '1', TROUPE_FAILPOINTS: 'lunch:after#1' })).toContain('must be like')
})
