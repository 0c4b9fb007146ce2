import { setTimeout as sleep } from 'node:timers/promises'
import { Code, ConnectError } from '@connectrpc/connect'
import { expect } from 'vitest'
import { ErrorInfoSchema } from '#gen/google/rpc/error_details_pb.ts'

/** Why a call was refused; `in` when it was not. */
export const reasonOf = async (call: Promise<unknown>): Promise<string> => {
  try {
    await call
    return 'in'
  } catch (error) {
    const refusal = ConnectError.from(error)
    return refusal.findDetails(ErrorInfoSchema)[0]?.reason ?? Code[refusal.code]
  }
}

const promisedMs = 2000
const watchedMs = 1000

/** Makes some calls again and again after `revoke`: whatever begins two seconds later or more must be refused. */
export const expectRefusedInTime = async (revoke: () => Promise<unknown>, calls: (() => Promise<unknown>)[]) => {
  for (const call of calls) expect(await reasonOf(call())).toBe('in')
  await revoke()
  const revokedAt = performance.now()
  const late: string[] = []
  while (performance.now() - revokedAt < promisedMs + watchedMs) {
    const isLate = performance.now() - revokedAt >= promisedMs
    const reasons = await Promise.all(calls.map((call) => reasonOf(call())))
    if (isLate) late.push(...reasons)
    await sleep(100)
  }
  expect(new Set(late)).toEqual(new Set(['PERMISSION_DENIED']))
}
