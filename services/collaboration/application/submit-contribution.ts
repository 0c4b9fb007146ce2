import { denied, invalid, precondition } from '#shared/domain/errors.ts'
import { problemsOf } from '#shared/domain/recording.ts'
import { alignLines, weightOf } from '../domain/align-lines.ts'
import { VoiceContribution } from '../domain/contribution.ts'
import type { Invitation } from '../domain/invitation.ts'
import type { LineView, Ports } from './ports.ts'
import { admit, type Viewer } from './viewers.ts'

const mostLines = 100
const mostWaiting = 50

export interface Submission {
  sessionId: string
  /** Places, in the order in which they are spoken; empty for all that are not approved. */
  lines: readonly number[]
  data: AsyncIterable<Uint8Array>
}

const unknownLine = () => invalid('lines', 'UNKNOWN_LINE', 'must be lines of your own character, each once')

/** What is recorded, in order. Throws UNKNOWN_LINE, NOTHING_TO_RECORD, REGENERATION_NOT_ALLOWED. */
const linesToRecord = (own: readonly LineView[], places: readonly number[], { canRegenerate }: Invitation) => {
  if (places.length === 0) {
    const open = own.filter(({ contributionId, isPending }) => contributionId === '' && !isPending).slice(0, mostLines)
    if (open.length === 0) throw precondition('NOTHING_TO_RECORD', 'every line of your character is handed in')
    return open
  }
  const byPlace = new Map(own.map((line) => [line.place, line]))
  const chosen = places.flatMap((place) => byPlace.get(place) ?? [])
  if (chosen.length < places.length || new Set(places).size < places.length) throw unknownLine()
  if (!canRegenerate && chosen.some(({ contributionId }) => contributionId !== ''))
    throw denied('REGENERATION_NOT_ALLOWED', 'the invitation does not allow to record again what is approved')
  return chosen
}

/** Who records, and what. Throws SESSION_NOT_FOUND, RECORDING_NOT_ALLOWED, SESSION_OVER, TOO_MANY_CONTRIBUTIONS. */
const mayRecord = async (ports: Ports, viewer: Viewer, { sessionId, lines: places }: Submission) => {
  const { session, self } = await admit(ports, viewer, sessionId)
  if (!self?.canRecord) throw denied('RECORDING_NOT_ALLOWED', 'only who was invited to record may')
  session.mustBeActive()
  if ((await ports.contributions.waiting(self.id)) >= mostWaiting)
    throw precondition('TOO_MANY_CONTRIBUTIONS', `${mostWaiting} recordings wait for the host`)
  const chosen = linesToRecord(await ports.lines.of(sessionId, self.characterId), places, self)
  return { session, self, chosen }
}

/**
 * Takes a recording in, and finds the lines in it; it is there only once it is decoded, cut and stored. Throws what
 * `mayRecord` and `linesToRecord` do, LINES_NOT_FOUND, and what the contract says of files.
 */
export const submitContribution =
  (ports: Ports) =>
  async (
    viewer: Viewer,
    contributionId: string,
    submission: Submission,
    signal: AbortSignal,
  ): Promise<VoiceContribution> => {
    const { studio, clock, apart, read, contributions, tellWatchers, troubled } = ports
    const { self, chosen } = await read(() => mayRecord(ports, viewer, submission))
    const key = { sessionId: submission.sessionId, contributionId }
    const taken = await studio.takeIn(key, submission.data, self.id, signal)
    try {
      const weights = chosen.map(({ text }) => weightOf(text))
      const spans = alignLines(taken.sounding, taken.durationMs, weights)
      const cuts = spans.map((span, at) => {
        const { place, text } = chosen[at] as LineView
        return { ...span, place, text }
      })
      // A line may be as short as it is.
      const problems = problemsOf(taken.measured, Number.POSITIVE_INFINITY)
      // What was allowed before may not be any more, and what was to be recorded is the same.
      const lines = cuts.map(({ place }) => place)
      return await apart('contribution', async () => {
        const now = await mayRecord(ports, viewer, { ...submission, lines })
        const { storyId } = now.session
        const { id: participantId, characterId, userId } = now.self
        const { durationMs, size, measured } = taken
        const facts = { ...key, storyId, participantId, characterId, durationMs, size, measured, problems, cuts }
        const contribution = new VoiceContribution({ ...facts, id: contributionId }, clock.now())
        now.session.handIn(characterId)
        contributions.add(contribution, userId)
        tellWatchers(submission.sessionId)
        return contribution
      })
    } catch (error) {
      await studio.remove([key]).catch((trouble: unknown) => troubled('recording', contributionId, trouble))
      throw error
    }
  }
