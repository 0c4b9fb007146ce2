import { Code, ConnectError } from '@connectrpc/connect'
import { expect } from 'vitest'
import { DomainError } from '#shared/domain/errors.ts'
import type { Kernel } from '#shared/infrastructure/kernel.ts'
import { uuidv7 } from '#shared/infrastructure/uuid.ts'
import { openKernel } from '../../shared/tests/open-kernel.ts'
import type { DeclaredPermission } from '../application/ports.ts'
import { access, assemble } from '../service.ts'

/** What `rejects.toEqual` compares a refusal with. */
export const refused = (reason: string) => expect.objectContaining({ reason })

export const isRefusal = (error: unknown, ...reasons: string[]): boolean =>
  error instanceof DomainError && reasons.includes(error.reason)

interface Options {
  /** In place of what contracts name. */
  declared?: readonly DeclaredPermission[]
  /** What is on the stream; nothing without it. */
  published?: Kernel['published']
}

/** Access on a database of its own, with the first operator in it. `accounts` are those that identity knows of. */
export const openAccess = async (name: string, { declared, published }: Options = {}) => {
  const { kernel: made, ...opened } = await openKernel(access, name)
  const accounts = new Set<string>()
  const identity = {
    getUser: async ({ userId }: { userId: string }) => {
      if (!accounts.has(userId)) throw new ConnectError('no such user', Code.NotFound)
      return {}
    },
  }
  const kernel: Kernel = { ...made, client: () => identity as never, ...(published && { published }) }
  const app = assemble(kernel, declared)
  const { call } = opened
  const root = uuidv7()
  await call(() => app.seedContracts())
  await call(() => app.bootstrapSuperAdmin(root))
  return {
    ...opened,
    app,
    accounts,
    databaseUrl: made.config.postgresUrl,
    /** What a later version of the contracts makes of the database. */
    appNaming: (permissions: readonly DeclaredPermission[]) => assemble(kernel, permissions),
    /** The first super-admin. */
    root,
    /** An account that access has heard of. */
    newUser: async (...roles: string[]): Promise<string> => {
      const userId = uuidv7()
      await call(() => app.welcomeUser(userId))
      for (const role of roles) await call(() => app.assignRole(root, userId, role))
      return userId
    },
    can: async (userId: string, permission: string): Promise<boolean> =>
      (await call(() => app.checkAccess([{ userId, permission }])))[0] === true,
  }
}

export type TestAccess = Awaited<ReturnType<typeof openAccess>>
