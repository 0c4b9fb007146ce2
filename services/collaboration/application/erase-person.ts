import type { Invitation } from '../domain/invitation.ts'
import { cancel, settle } from './end-session.ts'
import type { Ports } from './ports.ts'

const atOnce = 20
const what = ['sessions and their recordings', 'recordings for others’ sessions', 'templates', 'name']

/** Ends a session of theirs, then removes it; the events of its end are told first. */
const eraseSessions =
  ({ sessions, studio, apart, ...ports }: Ports, userId: string) =>
  async (): Promise<number> => {
    const some = await apart('end', async () => {
      const found = await sessions.ofHost(userId, atOnce)
      for (const session of found) if (session.isActive) await cancel(ports, session, 'HOST_LEFT')
      return found.map(({ id }) => id)
    })
    for (const id of some) {
      await apart('erase', async () => sessions.remove(id))
      await studio.removeOfSession(id)
    }
    return some.length
  }

/** Takes somebody out of another's session with all that they recorded. */
const takeOut = async (ports: Ports, invitation: Invitation): Promise<{ sessionId: string; recordings: string[] }> => {
  const { sessions, contributions, lines } = ports
  const { id, sessionId, characterId } = invitation
  const recordings = (await contributions.ofParticipant(id)).map((each) => each.id)
  contributions.removeThose(recordings)
  const session = await sessions.find(sessionId)
  if (session?.isActive) {
    const left = (await lines.recorded(sessionId, characterId)).filter(({ participantId }) => participantId !== id)
    invitation.revoke('REVOKED')
    session.unseat(id, left.length)
    await settle(ports, session)
  } else invitation.forget()
  return { sessionId, recordings }
}

/** Erases all that is a person's, some at a time. Run again, it goes on where it stopped. */
export const erasePerson =
  (ports: Ports) =>
  async (userId: string, signal: AbortSignal): Promise<string[]> => {
    const { invitations, templates, people, studio, apart } = ports
    await people.leave(userId)
    const hosting = eraseSessions(ports, userId)
    while ((await hosting()) === atOnce) signal.throwIfAborted()
    const takingPart = async (): Promise<number> => {
      const some = await apart('find', async () => (await invitations.ofUser(userId, atOnce)).map(({ id }) => id))
      for (const id of some) {
        const gone = await apart('take out', async () => {
          const invitation = await invitations.find(id)
          return invitation && takeOut(ports, invitation)
        })
        if (!gone) continue
        const { sessionId, recordings } = gone
        await studio.remove(recordings.map((contributionId) => ({ sessionId, contributionId })))
      }
      return some.length
    }
    while ((await takingPart()) === atOnce) signal.throwIfAborted()
    await apart('forget', async () => {
      templates.forget(userId)
      people.forget(userId)
    })
    return what
  }
