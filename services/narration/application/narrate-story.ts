import { notFound, precondition } from '#shared/domain/errors.ts'
import { narrationNotFound } from '../domain/narration.ts'
import { generateNarration } from './generate-narration.ts'
import { type NarrationView, progressOf } from './narrations.ts'
import type { Ports } from './ports.ts'

interface Publication {
  publishingId: string
  storyId: string
  userId: string
  storyVersion: number
}

/**
 * Has a version told for a publication, unless it is told already. Throws NARRATION_RUNNING while another text is told,
 * PUBLISHING_OVER, and what GenerateNarration throws.
 */
export const narrateStory =
  (ports: Ports) =>
  async ({ publishingId, storyId, userId, storyVersion }: Publication) => {
    const { narrations, scripts, publishings } = ports
    const asked = await publishings.find(publishingId)
    if (asked?.isOver) throw precondition('PUBLISHING_OVER', 'the publication was given up')
    const { authorId, version, contentHash } = await scripts.of(storyId, storyVersion)
    if (authorId !== userId) throw notFound('STORY_NOT_FOUND', 'there is no such story')
    const known = await narrations.ofStory(storyId)
    if (known?.isRunning && known.runId !== '') {
      if (known.contentHash !== contentHash) known.mustNotRun()
      known.awaitedBy(publishingId)
      // A run that its author began goes on when the publication is given up.
      const runId = asked?.runId === known.runId ? known.runId : ''
      publishings.note(publishingId, { narrationId: known.id, runId, isOver: false })
      return { narrationId: known.id, completed: false }
    }
    if (known?.isHeardBy({ version, contentHash })) return { narrationId: known.id, completed: true }
    const map = known?.voiceMap
    const narration = await generateNarration(ports)(userId, storyId, map, { version: storyVersion, publishingId })
    publishings.note(publishingId, { narrationId: narration.id, runId: narration.runId, isOver: false })
    return { narrationId: narration.id, completed: false }
  }

/** Stops what was begun for a publication and is not done; one that has not come yet will be refused. */
export const abandonNarration =
  ({ narrations, publishings, speeches, work, clock }: Ports) =>
  async (publishingId: string): Promise<void> => {
    const asked = await publishings.find(publishingId)
    if (asked?.isOver) return
    publishings.note(publishingId, { narrationId: '', runId: '', ...asked, isOver: true })
    if (!asked?.runId) return
    const narration = await narrations.find(asked.narrationId)
    if (narration?.runId !== asked.runId || !narration.isRunning) return
    narration.cancel(await speeches.spent(narration.runId), clock.now())
    work.end(narration.id)
  }

/** How far a narration is, whoever's it is. Throws NARRATION_NOT_FOUND. */
export const getProgress =
  (ports: Ports) =>
  async (narrationId: string): Promise<NarrationView> => {
    const narration = await ports.narrations.find(narrationId)
    if (!narration) throw narrationNotFound()
    return progressOf(ports)(narration)
  }
