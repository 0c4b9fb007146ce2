import type { Invitation } from '../domain/invitation.ts'
import type { CollaborationSession } from '../domain/session.ts'
import type { Ports } from './ports.ts'

export interface ParticipantView {
  invitation: Invitation
  displayName: string
  isPresent: boolean
}

/** A session as somebody sees it. */
export interface SessionView {
  session: CollaborationSession
  hostName: string
  isHostPresent: boolean
  participants: ParticipantView[]
  /** Whether it is the host who looks: nobody else sees who is invited. */
  isHosts: boolean
}

type ViewPorts = Pick<Ports, 'invitations' | 'people' | 'presence' | 'secrets'>

/** The name that a participant goes by. */
const nameOf = ({ secrets }: ViewPorts, { id, displayName }: Invitation): string =>
  displayName === '' ? '' : secrets.unseal(id, displayName)

export const viewOf = async (
  ports: ViewPorts,
  session: CollaborationSession,
  isHosts: boolean,
): Promise<SessionView> => {
  const joined = (await ports.invitations.open(session.id)).filter(({ status }) => status === 'accepted')
  const members = joined.flatMap(({ userId }) => userId ?? [])
  const [names, present] = [await ports.people.names([session.hostId, ...members]), await ports.presence.of(session.id)]
  const participants = joined.map((invitation) => {
    const { id, userId } = invitation
    const displayName = userId ? (names.get(userId) ?? '') : nameOf(ports, invitation)
    return { invitation, displayName, isPresent: present.has(id) }
  })
  const hostName = names.get(session.hostId) ?? ''
  return { session, hostName, isHostPresent: present.has(session.hostId), participants, isHosts }
}

/** What somebody sees who was just let in, or who just changed something, before that is written. */
export const withSelf = (view: SessionView, invitation: Invitation, displayName: string): SessionView => {
  const others = view.participants.filter((each) => each.invitation.id !== invitation.id)
  return { ...view, participants: [...others, { invitation, displayName, isPresent: false }] }
}
