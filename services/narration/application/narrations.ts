import { createHash } from 'node:crypto'
import type { StoryNarration } from '../domain/narration.ts'
import type { Page, Paged } from './paged.ts'
import type { Ports, Progress } from './ports.ts'
import type { SegmentView } from './segment-ports.ts'

export type NarrationView = { narration: StoryNarration; progress: Progress }

const progressOf = ({ work }: Ports) => {
  return async (narration: StoryNarration): Promise<NarrationView> => {
    const isDone = narration.status === 'completed'
    const progress = isDone
      ? { done: narration.segmentsTotal, joined: 1 }
      : await work.progress(narration.id, narration.userId)
    return { narration, progress }
  }
}

/** A narration of one's own, and how far it is. Throws NARRATION_NOT_FOUND. */
export const getNarration =
  (ports: Ports) =>
  async (userId: string, id: string): Promise<NarrationView> =>
    progressOf(ports)(await ports.narrations.getOwn(userId, id))

/** A page of what it consists of. */
export const listSegments =
  ({ segments }: Ports) =>
  (narration: StoryNarration, page: Page): Promise<Paged<SegmentView>> =>
    segments.page(narration.id, narration.userId, page)

export const listNarrations =
  (ports: Ports) =>
  async (userId: string, storyId: string, page: Page): Promise<Paged<NarrationView>> => {
    const { items, nextPageToken } = await ports.narrations.list(userId, storyId, page)
    return { items: await Promise.all(items.map(progressOf(ports))), nextPageToken }
  }

/** Throws NARRATION_NOT_FOUND, NARRATION_NOT_RUNNING. */
export const cancelNarration =
  ({ narrations, speeches, work, clock }: Ports) =>
  async (userId: string, id: string): Promise<StoryNarration> => {
    const narration = await narrations.getOwn(userId, id)
    narration.cancel(await speeches.spent(narration.runId), clock.now())
    work.end(id)
    return narration
  }

export type NarrationNews = { resumeToken: string; view?: NarrationView }

const tokenOf = ({ narration: { status, runId, failureReason, stale }, progress }: NarrationView): string =>
  createHash('sha256')
    .update(JSON.stringify([status, runId, failureReason, stale, progress]))
    .digest('base64url')
    .slice(0, 22)

/** Follows a narration of one's own. Throws NARRATION_NOT_FOUND, also when it goes. */
export const watchNarration = (ports: Ports) =>
  async function* (
    userId: string,
    id: string,
    resumeToken: string,
    signal: AbortSignal,
  ): AsyncGenerator<NarrationNews> {
    let known = resumeToken
    await ports.read(() => ports.narrations.getOwn(userId, id))
    // What wakes us may get lost; so a heartbeat looks, too.
    for await (const isWoken of ports.watch(id, signal)) {
      const view = await ports.read(() => getNarration(ports)(userId, id))
      const token = tokenOf(view)
      if (token !== known) yield { resumeToken: token, view }
      else if (!isWoken) yield { resumeToken: token }
      known = token
    }
  }
