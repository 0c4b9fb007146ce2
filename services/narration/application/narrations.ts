import { createHash } from 'node:crypto'
import type { Page, Paged } from '#shared/application/paged.ts'
import { narrationNotFound, type StoryNarration } from '../domain/narration.ts'
import type { Ports, Progress } from './ports.ts'
import type { SegmentView } from './segment-ports.ts'

export type NarrationView = { narration: StoryNarration; progress: Progress }

/** Somebody who wants to hear a narration. */
export interface Look {
  narrationId: string
  /** Undefined for somebody not signed in. */
  viewer: string | undefined
  /** Of a link to its story; empty for none. */
  shareToken: string
}

/** A narration, as its author has it or as others hear it. */
export type SeenNarration = NarrationView & { isAuthors: boolean }

/** A narration with how far it is. */
export const progressOf = ({ work }: Ports) => {
  return async (narration: StoryNarration): Promise<NarrationView> => {
    const isDone = narration.status === 'completed'
    const progress = isDone
      ? { done: narration.segmentsTotal, joined: 1 }
      : await work.progress(narration.id, narration.userId)
    return { narration, progress }
  }
}

/** A narration of one's own, or of a story that one may read. Throws NARRATION_NOT_FOUND. */
export const seeNarration =
  (ports: Ports) =>
  async ({ narrationId, viewer, shareToken }: Look): Promise<SeenNarration> => {
    const narration = await ports.narrations.find(narrationId)
    if (!narration) throw narrationNotFound()
    if (narration.userId === viewer) return { ...(await progressOf(ports)(narration)), isAuthors: true }
    const seen = await ports.scripts.seenBy(narration.storyId, viewer, shareToken)
    if (!seen || !narration.isHeardBy(seen)) throw narrationNotFound()
    return { narration, progress: { done: narration.segmentsTotal, joined: 1 }, isAuthors: false }
  }

/** A page of what it consists of; for others nothing while it is told anew. */
export const listSegments =
  ({ segments }: Ports) =>
  async ({ narration, isAuthors }: SeenNarration, page: Page): Promise<Paged<SegmentView>> =>
    isAuthors || narration.isAsHeard
      ? segments.page(narration.id, narration.userId, page)
      : { items: [], nextPageToken: '' }

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

export type NarrationNews = { resumeToken: string; view?: SeenNarration }

const tokenOf = ({ narration, progress, isAuthors }: SeenNarration): string => {
  const { status, runId, failureReason, stale, sound } = narration
  const what = isAuthors ? [status, runId, failureReason, stale, progress] : [sound?.mp3]
  return createHash('sha256').update(JSON.stringify(what)).digest('base64url').slice(0, 22)
}

/** Follows a narration that one may hear. Throws NARRATION_NOT_FOUND, also when that ends. */
export const watchNarration = (ports: Ports) =>
  async function* (look: Look, resumeToken: string, signal: AbortSignal): AsyncGenerator<NarrationNews> {
    let known = resumeToken
    await ports.read(() => seeNarration(ports)(look))
    // What wakes us may get lost; so a heartbeat looks, too.
    for await (const isWoken of ports.watch(look.narrationId, signal)) {
      const view = await ports.read(() => seeNarration(ports)(look))
      const token = tokenOf(view)
      if (token !== known) yield { resumeToken: token, view }
      else if (!isWoken) yield { resumeToken: token }
      known = token
    }
  }
