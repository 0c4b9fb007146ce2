import type { CollaborationSession } from '../domain/session.ts'
import type { CancelReason } from '../domain/session-parts.ts'
import type { Ports } from './ports.ts'
import { hosted } from './viewers.ts'
import { type SessionView, viewOf } from './views.ts'

type EndPorts = Pick<Ports, 'invitations' | 'lines' | 'contributions' | 'clock' | 'tellWatchers'>

/** Takes back what nobody has answered; the rest, whose participants stay, gives back its reservations with the session. */
const closeInvitations = async ({ invitations }: EndPorts, sessionId: string): Promise<string[]> => {
  const keys: string[] = []
  for (const invitation of await invitations.open(sessionId)) {
    if (invitation.status === 'pending') invitation.revoke('SESSION_ENDED')
    else if (invitation.status === 'accepted') keys.push(invitation.usageKey)
  }
  return keys
}

/** Ends a session without its recordings. Throws SESSION_OVER. */
export const cancel = async (ports: EndPorts, session: CollaborationSession, reason: CancelReason): Promise<void> => {
  session.mustBeActive()
  session.cancel(reason, await closeInvitations(ports, session.id), ports.clock.now())
  ports.contributions.removeOfSession(session.id)
  ports.tellWatchers(session.id)
}

const complete = async (ports: EndPorts, session: CollaborationSession): Promise<void> => {
  session.complete(await closeInvitations(ports, session.id), ports.clock.now())
}

/** Tells of characters that are ready by what is written, and completes a session when nothing more is to come. */
export const settle = async (ports: EndPorts, session: CollaborationSession): Promise<void> => {
  for (const characterId of session.isActive ? session.untold() : [])
    session.tell(characterId, await ports.lines.recorded(session.id, characterId))
  if (session.isDone) await complete(ports, session)
  ports.tellWatchers(session.id)
}

/** Throws SESSION_NOT_FOUND, SESSION_OVER, NOTHING_RECORDED. */
export const completeSession =
  (ports: Ports) =>
  async (hostId: string, id: string): Promise<SessionView> => {
    const session = await hosted(ports, hostId, id)
    session.mustBeActive()
    for (const characterId of session.untold(true))
      session.tell(characterId, await ports.lines.recorded(id, characterId))
    await complete(ports, session)
    ports.tellWatchers(id)
    return viewOf(ports, session, true)
  }

/** Throws SESSION_NOT_FOUND, SESSION_OVER. */
export const cancelSession =
  (ports: Ports) =>
  async (hostId: string, id: string): Promise<SessionView> => {
    const session = await hosted(ports, hostId, id)
    await cancel(ports, session, 'CANCELLED')
    ports.tellWatchers(id)
    return viewOf(ports, session, true)
  }

/** What is recorded of a story that is gone is not needed any more. */
export const cancelOfStory =
  (ports: Ports) =>
  async (storyId: string): Promise<void> => {
    const session = await ports.sessions.activeOf(storyId)
    if (session) await cancel(ports, session, 'STORY_DELETED')
  }
