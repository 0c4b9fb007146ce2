import type { Page, Paged } from '#shared/application/paged.ts'
import { Email } from '#shared/domain/email.ts'
import { Invitation, invitationNotFound } from '../domain/invitation.ts'
import { type CollaborationSession, sessionNotFound } from '../domain/session.ts'
import { settle } from './end-session.ts'
import type { Ports } from './ports.ts'
import { hosted } from './viewers.ts'

export interface InvitationDraft {
  sessionId: string
  characterId: string
  recipient: { email: string } | { phone: string }
  canRecord: boolean
  canRegenerate: boolean
}

/** An invitation as its host sees it: with where it goes, as long as that is known. */
export interface InvitationView {
  invitation: Invitation
  recipient: string
}

const viewOf = ({ secrets }: Ports, invitation: Invitation): InvitationView => {
  const { id, recipient } = invitation
  return { invitation, recipient: recipient === '' ? '' : secrets.unseal(id, recipient) }
}

/**
 * Invites somebody to speak a character; what that takes up of the subscription is set aside first. Throws
 * SESSION_NOT_FOUND, INVALID_EMAIL, SESSION_OVER, UNKNOWN_CHARACTER, CHARACTER_TAKEN, SESSION_FULL, LIMIT_REACHED.
 */
export const inviteParticipant =
  (ports: Ports) =>
  async (hostId: string, draft: InvitationDraft): Promise<InvitationView> => {
    const { invitations, quota, secrets, ids, clock } = ports
    const { sessionId, characterId, recipient, canRecord, canRegenerate } = draft
    const session = await hosted(ports, hostId, sessionId)
    const byPhone = 'phone' in recipient
    const address = byPhone ? recipient.phone : Email.parse(recipient.email).value
    session.mustHaveRoomFor(characterId)
    const [id, usageKey] = [ids.next(), ids.next()]
    await quota.reserve(hostId, usageKey)
    const facts = { id, sessionId, storyId: session.storyId, hostId, characterId, byPhone, usageKey }
    const invitation = new Invitation(
      { ...facts, recipient: secrets.seal(id, address), canRecord, canRegenerate },
      session.expiresAt,
      clock.now(),
    )
    session.seat(characterId, id, canRecord)
    invitations.add(invitation)
    ports.tellWatchers(sessionId)
    return viewOf(ports, invitation)
  }

const withSession = async (
  { invitations, sessions }: Pick<Ports, 'invitations' | 'sessions'>,
  id: string,
): Promise<{ invitation: Invitation; session: CollaborationSession }> => {
  const invitation = await invitations.find(id)
  const session = invitation && (await sessions.find(invitation.sessionId))
  if (!session) throw invitationNotFound()
  return { invitation, session }
}

const own = async (ports: Ports, hostId: string, id: string) => {
  const found = await withSession(ports, id)
  if (found.invitation.hostId !== hostId) throw invitationNotFound()
  return found
}

/** Throws INVITATION_NOT_FOUND, INVITATION_OVER, INVITATION_ACCEPTED, SENT_TOO_OFTEN. */
export const resendInvitation =
  (ports: Ports) =>
  async (hostId: string, id: string): Promise<InvitationView> => {
    const { invitation, session } = await own(ports, hostId, id)
    invitation.resend(session.expiresAt, ports.clock.now())
    return viewOf(ports, invitation)
  }

/** Takes back what was handed in by somebody and is not approved. */
const dropWaiting = async ({ contributions }: Ports, participantId: string): Promise<void> => {
  const all = await contributions.ofParticipant(participantId)
  contributions.removeThose(all.filter(({ isApproved }) => !isApproved).map(({ id }) => id))
}

/** Throws INVITATION_NOT_FOUND, INVITATION_OVER, SESSION_OVER. */
export const revokeInvitation =
  (ports: Ports) =>
  async (hostId: string, id: string): Promise<InvitationView> => {
    const { invitation, session } = await own(ports, hostId, id)
    if (invitation.status === 'accepted') {
      session.mustBeActive()
      await dropWaiting(ports, id)
    }
    invitation.revoke('REVOKED')
    session.unseat(id)
    await settle(ports, session)
    return viewOf(ports, invitation)
  }

/** An invitation that did not arrive is taken back; one that was answered, or is over, is left alone. */
export const revokeUndelivered =
  (ports: Ports) =>
  async (id: string): Promise<void> => {
    const invitation = await ports.invitations.find(id)
    if (invitation?.status !== 'pending') return
    const { session } = await withSession(ports, id)
    invitation.revoke('UNDELIVERED')
    session.unseat(id)
    await settle(ports, session)
  }

/** Nobody answered in time. */
export const expireInvitation =
  (ports: Ports) =>
  async (id: string): Promise<void> => {
    const { invitation, session } = await withSession(ports, id)
    if (!invitation.isExpired(ports.clock.now())) return
    invitation.expire()
    session.unseat(id)
    await settle(ports, session)
  }

/** Throws SESSION_NOT_FOUND. */
export const listInvitations =
  (ports: Ports) =>
  async (hostId: string, sessionId: string, page: Page): Promise<Paged<InvitationView>> => {
    const session = await ports.sessions.find(sessionId)
    if (session?.hostId !== hostId) throw sessionNotFound()
    const { items, nextPageToken } = await ports.invitations.list(sessionId, page)
    return { items: items.map((invitation) => viewOf(ports, invitation)), nextPageToken }
  }
