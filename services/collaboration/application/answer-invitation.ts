import { invalid, notFound, precondition } from '#shared/domain/errors.ts'
import { plainText } from '#shared/domain/plain-text.ts'
import { type Invitation, invitationNotFound } from '../domain/invitation.ts'
import type { CollaborationSession } from '../domain/session.ts'
import { settle } from './end-session.ts'
import type { GuestToken, Ports } from './ports.ts'
import { type SessionView, viewOf, withSelf } from './views.ts'

const dayMs = 24 * 60 * 60_000

const invalidInvitation = () => notFound('INVITATION_INVALID', 'the link leads to no invitation')

const opened = async ({ secrets, invitations, sessions }: Ports, token: string) => {
  const id = secrets.read(token)
  const invitation = id === undefined ? undefined : await invitations.find(id)
  const session = invitation && (await sessions.find(invitation.sessionId))
  if (!session) throw invalidInvitation()
  return { invitation, session }
}

/** What an invitation says to whoever opens its link. */
export interface Preview {
  invitation: Invitation
  session: CollaborationSession
  hostName: string
  /** Nobody may have noticed yet that its time is over. */
  isExpired: boolean
}

/** Throws INVITATION_INVALID. */
export const getInvitation =
  (ports: Ports) =>
  async (token: string): Promise<Preview> => {
    const { invitation, session } = await opened(ports, token)
    const names = await ports.people.names([session.hostId])
    const isExpired = invitation.isExpired(ports.clock.now())
    return { invitation, session, hostName: names.get(session.hostId) ?? '', isExpired }
  }

export interface Accepted {
  view: SessionView
  participantId: string
  /** Of a guest. */
  guest: GuestToken | undefined
}

/** Somebody with an account takes part, or is recognised. */
const asMember = async (ports: Ports, session: CollaborationSession, invitation: Invitation, userId: string) => {
  if (invitation.status === 'accepted') invitation.mustKnow(userId)
  else {
    if (await ports.invitations.ofMember(session.id, userId))
      throw precondition('ALREADY_PARTICIPATES', 'you speak another character of this session')
    invitation.accept({ userId }, ports.clock.now())
    ports.invitations.keepMember(userId)
    session.join(invitation.id, userId)
  }
  return { displayName: (await ports.people.names([userId])).get(userId) ?? '', guest: undefined }
}

/** Somebody without one takes part, or comes again: the same guest, whose name stays. */
const asGuest = async (ports: Ports, session: CollaborationSession, invitation: Invitation, wanted: string) => {
  const { secrets, clock, guestToken } = ports
  const { id } = invitation
  if (invitation.status === 'accepted') invitation.mustKnow(undefined)
  else {
    const name = plainText('display_name', wanted.trim())
    if (name === '') throw invalid('display_name', 'DISPLAY_NAME_MISSING', 'must be set by who is not signed in')
    invitation.accept({ displayName: secrets.seal(id, name) }, clock.now())
    session.join(id, '')
  }
  const displayName = secrets.unseal(id, invitation.displayName)
  const lifetimeMs = Math.min(dayMs, session.expiresAt.getTime() - clock.now().getTime())
  const guest = await guestToken({ id, displayName, sessionId: session.id, lifetimeMs: Math.max(1000, lifetimeMs) })
  return { displayName, guest }
}

/**
 * Lets in who has the link: an account, or a guest. Throws INVITATION_INVALID, DISPLAY_NAME_MISSING, INVITATION_EXPIRED,
 * INVITATION_DECLINED, INVITATION_REVOKED, INVITATION_TAKEN, INVITATION_OWN, ALREADY_PARTICIPATES, SESSION_OVER.
 */
export const acceptInvitation =
  (ports: Ports) =>
  async (token: string, displayName: string, userId: string | undefined): Promise<Accepted> => {
    const { invitation, session } = await opened(ports, token)
    if (userId === session.hostId) throw precondition('INVITATION_OWN', 'this is an invitation of your own')
    invitation.mustNotBeClosed(ports.clock.now())
    session.mustBeActive()
    const self = userId
      ? await asMember(ports, session, invitation, userId)
      : await asGuest(ports, session, invitation, displayName)
    ports.tellWatchers(session.id)
    const view = withSelf(await viewOf(ports, session, false), invitation, self.displayName)
    return { view, participantId: invitation.id, guest: self.guest }
  }

/** Throws INVITATION_INVALID, INVITATION_ACCEPTED, INVITATION_EXPIRED, INVITATION_DECLINED, INVITATION_REVOKED. */
export const declineInvitation =
  (ports: Ports) =>
  async (token: string): Promise<void> => {
    const { invitation, session } = await opened(ports, token)
    invitation.decline(ports.clock.now())
    session.unseat(invitation.id)
    await settle(ports, session)
  }

/** What is to be sent, and where to. */
export interface Letter {
  invitation: Invitation
  session: CollaborationSession
  recipient: string
  url: string
  hostName: string
}

/** Throws INVITATION_NOT_FOUND, INVITATION_OVER, INVITATION_ACCEPTED, OUTDATED. */
export const getInvitationLink =
  (ports: Ports) =>
  async (id: string, sending: number): Promise<Letter> => {
    const { invitations, sessions, people, secrets } = ports
    const invitation = await invitations.find(id)
    const session = invitation && (await sessions.find(invitation.sessionId))
    if (!session) throw invitationNotFound()
    invitation.mustWaitToBeSent(sending)
    const url = secrets.linkOf(secrets.tokenOf(id))
    const hostName = (await people.names([session.hostId])).get(session.hostId) ?? ''
    return { invitation, session, recipient: secrets.unseal(id, invitation.recipient), url, hostName }
  }
