import { throughAll } from '#shared/application/through-all.ts'
import { cancel } from './end-session.ts'
import { expireInvitation } from './invite.ts'
import type { Ports } from './ports.ts'

/** Ends what has had its time: invitations that nobody answered, and sessions. */
export const lapse =
  (ports: Ports) =>
  async (signal?: AbortSignal): Promise<void> => {
    const { sessions, invitations, clock, apart, troubled } = ports
    const each = { apart, passedOver: troubled }
    const expireSession = async (id: string) => {
      const session = await sessions.find(id)
      if (session?.isActive && session.expiresAt <= clock.now()) await cancel(ports, session, 'EXPIRED')
    }
    const dueSessions = (seen: readonly string[]) => sessions.due(clock.now(), seen)
    const dueInvitations = (seen: readonly string[]) => invitations.due(clock.now(), seen)
    await throughAll(each, 'expire invitation', dueInvitations, expireInvitation(ports), signal)
    await throughAll(each, 'expire session', dueSessions, expireSession, signal)
  }
