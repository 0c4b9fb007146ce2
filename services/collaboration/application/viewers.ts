import type { Invitation } from '../domain/invitation.ts'
import { type CollaborationSession, sessionNotFound } from '../domain/session.ts'
import type { Ports } from './ports.ts'

/** Who looks at a session: an account, or a guest whom an invitation let in. */
export type Viewer = { userId: string } | { guestId: string; sessionId: string }

export type Admitted = {
  session: CollaborationSession
  /** By which they take part; undefined for the host. */
  self: Invitation | undefined
}

type AdmitPorts = Pick<Ports, 'sessions' | 'invitations'>

const invitationOf = async (
  { invitations }: AdmitPorts,
  viewer: Viewer,
  sessionId: string,
): Promise<Invitation | undefined> => {
  if ('userId' in viewer) return invitations.ofMember(sessionId, viewer.userId)
  if (viewer.sessionId !== sessionId) return undefined
  const self = await invitations.find(viewer.guestId)
  return self?.userId === undefined ? self : undefined
}

/** Lets in who hosts a session or takes part in it. Throws SESSION_NOT_FOUND. */
export const admit = async (ports: AdmitPorts, viewer: Viewer, sessionId: string): Promise<Admitted> => {
  const session = await ports.sessions.find(sessionId)
  if (!session) throw sessionNotFound()
  if ('userId' in viewer && session.hostId === viewer.userId) return { session, self: undefined }
  const self = await invitationOf(ports, viewer, sessionId)
  if (self?.status !== 'accepted' || self.sessionId !== sessionId) throw sessionNotFound()
  return { session, self }
}

/** A session of one's own. Throws SESSION_NOT_FOUND. */
export const hosted = async (
  { sessions }: Pick<Ports, 'sessions'>,
  hostId: string,
  sessionId: string,
): Promise<CollaborationSession> => {
  const session = await sessions.find(sessionId)
  if (session?.hostId !== hostId) throw sessionNotFound()
  return session
}
