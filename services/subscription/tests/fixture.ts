import { Code, ConnectError } from '@connectrpc/connect'
import type { Kernel } from '#shared/infrastructure/kernel.ts'
import { uuidv7 } from '#shared/infrastructure/uuid.ts'
import { openKernel } from '../../shared/tests/open-kernel.ts'
import { violationsOf, whileLockedIn } from '../../shared/tests/rivals.ts'
import type { UsageRequest } from '../application/reserve-usage.ts'
import { invariants } from '../infrastructure/invariants.ts'
import { assemble, subscription } from '../service.ts'
import { paymentsStandIn } from './payments-stand-in.ts'

export { persistently, refused } from '../../shared/tests/rivals.ts'

/** Subscription on a database of its own, with a clock that stands still until it is moved. */
export const openSubscriptions = async (name: string) => {
  const { kernel: made, ...opened } = await openKernel(subscription, name)
  const accounts = new Set<string>()
  const identity = {
    getUser: async ({ userId }: { userId: string }) => {
      if (!accounts.has(userId)) throw new ConnectError('no such user', Code.NotFound)
      return {}
    },
  }
  const warnings: unknown[] = []
  const warn = (_: string, metadata: unknown) => void warnings.push(metadata)
  const kernel: Kernel = { ...made, client: () => identity as never, log: { ...made.log, warn } }
  let toldOfUse = 0
  const onUsed = () => {
    toldOfUse += 1
  }
  const payments = paymentsStandIn()
  const app = assemble(kernel, onUsed, payments.ports)
  const { call, database } = opened
  const request = (userId: string, more: Partial<UsageRequest> = {}): UsageRequest => ({
    userId,
    resource: 'STORIES',
    amount: 1,
    key: uuidv7(),
    expiresInMs: 120_000,
    ...more,
  })
  return {
    ...opened,
    app,
    kernel,
    accounts,
    payments,
    /** What was logged that is not as it should be. */
    warnings,
    toldOfUse: () => toldOfUse,
    newUser: async (tier = 'FREE'): Promise<string> => {
      const userId = uuidv7()
      await call(() => app.openSubscription(userId))
      if (tier !== 'FREE') await call(() => app.setTier(userId, tier))
      return userId
    },
    request,
    /** Reserves, and gives the key. */
    reserve: async (userId: string, more: Partial<UsageRequest> = {}): Promise<string> => {
      const asked = request(userId, more)
      await call(() => app.reserveUsage(asked))
      return asked.key
    },
    commit: (userId: string, key: string, more: Partial<UsageRequest> = {}) =>
      call(() => app.commitUsage(request(userId, { key, ...more }), opened.clock.now())),
    usageOf: async (userId: string, resource = 'STORIES') =>
      (await call(() => app.getUsage(userId))).find((each) => each.resource === resource),
    /** Somebody who wants a tier, and is to be billed for it. */
    newBill: async (tier = 'SILVER', token = 'tok_success'): Promise<{ userId: string; billId: string }> => {
      const userId = uuidv7()
      await call(() => app.setPaymentMethod(userId, token))
      const { changeBill } = await call(() => app.changeTier(userId, tier))
      return { userId, billId: changeBill ?? '' }
    },
    whileLocked: whileLockedIn(database),
    violations: () => violationsOf(database, invariants),
  }
}

export type TestSubscriptions = Awaited<ReturnType<typeof openSubscriptions>>
