import { SessionRevocationReason } from '#gen/troupe/identity/v1/identity_events_pb.ts'
import type { Ports } from './ports.ts'

/** Ends the session of the calling token; one that has ended stays so. */
export const logout =
  ({ sessions, clock }: Ports) =>
  async (sessionId: string): Promise<void> => {
    const session = await sessions.find(sessionId)
    session?.end(SessionRevocationReason.LOGOUT, clock.now())
  }
