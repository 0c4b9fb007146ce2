import { SessionRevocationReason } from '#gen/troupe/identity/v1/identity_events_pb.ts'
import { notFound } from '#shared/domain/errors.ts'
import type { Ports } from './ports.ts'

/** Ends one of the user's sessions. Throws SESSION_NOT_FOUND, for another user's too. */
export const revokeSession =
  ({ sessions, clock }: Ports) =>
  async (userId: string, sessionId: string): Promise<void> => {
    const session = await sessions.find(sessionId)
    if (session?.userId !== userId) throw notFound('SESSION_NOT_FOUND', 'you have no such session')
    session.end(SessionRevocationReason.REVOKED, clock.now())
  }
