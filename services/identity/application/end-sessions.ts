import type { SessionRevocationReason } from '#gen/troupe/identity/v1/identity_events_pb.ts'
import type { Ports } from './ports.ts'

/** Ends all live sessions of a user, but for `except`. */
export const endSessions = async (
  { sessions, clock }: Ports,
  userId: string,
  reason: SessionRevocationReason,
  except?: string,
): Promise<void> => {
  const now = clock.now()
  for (const session of await sessions.liveOf(userId, now)) if (session.id !== except) session.end(reason, now)
}
