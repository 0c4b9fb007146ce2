import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { outcomeOf } from '../../../tests/mesh.ts'

const promisedMs = 2000
const watchedMs = 1000

/** Makes some calls again and again after `revoke`: whatever begins two seconds later or more must be refused. */
export const expectRefusedInTime = async (revoke: () => Promise<unknown>, calls: (() => Promise<unknown>)[]) => {
  for (const call of calls) expect(await outcomeOf(call())).toBe('in')
  await revoke()
  const revokedAt = performance.now()
  const late: string[] = []
  while (performance.now() - revokedAt < promisedMs + watchedMs) {
    const isLate = performance.now() - revokedAt >= promisedMs
    const outcomes = await Promise.all(calls.map((call) => outcomeOf(call())))
    if (isLate) late.push(...outcomes)
    await sleep(100)
  }
  expect(new Set(late)).toEqual(new Set(['PermissionDenied PERMISSION_DENIED']))
}
