import type { Page, Paged } from '#shared/application/paged.ts'
import { invalid } from '#shared/domain/errors.ts'
import { plainText } from '#shared/domain/plain-text.ts'
import { contributionNotFound, type VoiceContribution } from '../domain/contribution.ts'
import type { Recorded } from '../domain/session-parts.ts'
import { settle } from './end-session.ts'
import type { Ports } from './ports.ts'
import { admit, type Viewer } from './viewers.ts'
import { type SessionView, viewOf } from './views.ts'

/** The recordings of a character once those of a contribution have replaced older ones. */
const recordedWith = async (
  { lines, studio, invitations }: Ports,
  { id: contributionId, sessionId, characterId, participantId, cuts }: VoiceContribution,
): Promise<Recorded[]> => {
  const blob = studio.blobOf({ sessionId, contributionId })
  const userId = (await invitations.find(participantId))?.userId ?? ''
  const fresh = cuts.map((cut) => ({ ...cut, blob, participantId, userId }))
  const replaced = new Set(cuts.map(({ place }) => place))
  const kept = (await lines.recorded(sessionId, characterId)).filter(({ place }) => !replaced.has(place))
  return [...kept, ...fresh].toSorted((one, other) => one.place - other.place)
}

export interface Review {
  contributionId: string
  isApproved: boolean
  reason: string
}

/** Throws CONTRIBUTION_NOT_FOUND, CONTRIBUTION_REVIEWED, SESSION_OVER, REASON_MISSING. */
export const reviewContribution =
  (ports: Ports) =>
  async (
    hostId: string,
    { contributionId, isApproved, reason }: Review,
  ): Promise<{ contribution: VoiceContribution; view: SessionView }> => {
    const { contributions, sessions, lines, clock } = ports
    const contribution = await contributions.find(contributionId)
    const session = contribution && (await sessions.find(contribution.sessionId))
    if (!contribution || session?.hostId !== hostId) throw contributionNotFound()
    session.mustBeActive()
    const said = plainText('reason', reason.trim())
    if (!isApproved && said === '') throw invalid('reason', 'REASON_MISSING', 'must say what is wrong with it')
    contribution.review(isApproved, said, clock.now())
    const { characterId } = contribution
    const recorded = isApproved
      ? await recordedWith(ports, contribution)
      : await lines.recorded(session.id, characterId)
    if (isApproved) {
      session.approve(characterId, recorded.length)
      lines.approve(contribution)
    } else session.reject(characterId)
    if (session.untold().includes(characterId)) session.tell(characterId, recorded)
    await settle(ports, session)
    return { contribution, view: await viewOf(ports, session, true) }
  }

/** All recordings for the host, one's own for others. Throws SESSION_NOT_FOUND. */
export const listContributions =
  (ports: Ports) =>
  async (viewer: Viewer, sessionId: string, page: Page): Promise<Paged<VoiceContribution>> => {
    const { self } = await admit(ports, viewer, sessionId)
    return ports.contributions.list(sessionId, self?.id, page)
  }
