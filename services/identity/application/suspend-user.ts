import { SessionRevocationReason } from '#gen/troupe/identity/v1/identity_events_pb.ts'
import type { Operator } from '../domain/operator.ts'
import type { User } from '../domain/user.ts'
import { endSessions } from './end-sessions.ts'
import type { Ports } from './ports.ts'
import { withdrawLinks } from './request-link.ts'

/**
 * Suspends an account, ends its sessions and makes mailed links useless. Throws OWN_ACCOUNT, BEYOND_CALLER,
 * USER_NOT_FOUND, LAST_SUPER_ADMIN.
 */
export const suspendUser =
  (ports: Ports) =>
  async (by: Operator, userId: string, reason: string): Promise<User> => {
    ports.about(userId)
    const user = await ports.users.get(userId)
    const { isActive: wasActive } = user
    user.suspend(by, reason, ports.clock.now())
    if (wasActive) await ports.standDown(user)
    await withdrawLinks(ports, userId)
    await endSessions(ports, userId, SessionRevocationReason.SUSPENDED)
    return user
  }

/** Lifts a suspension. Throws OWN_ACCOUNT, BEYOND_CALLER, USER_NOT_FOUND. */
export const reactivateUser =
  ({ users, about }: Ports) =>
  async (by: Operator, userId: string): Promise<User> => {
    about(userId)
    const user = await users.get(userId)
    user.reactivate(by)
    return user
  }
