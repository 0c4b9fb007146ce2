import type { Clock } from '#shared/domain/clock.ts'
import { invalid } from '#shared/domain/errors.ts'
import type { Ids } from '#shared/domain/ids.ts'
import type { Share, Shares, Stories } from '../domain/ports.ts'

const dayMs = 24 * 60 * 60 * 1000

interface Ports {
  stories: Stories
  shares: Shares
  clock: Clock
  ids: Ids
}

const endOf = (requested: Date | undefined, now: Date): Date => {
  if (requested === undefined) return new Date(now.getTime() + 7 * dayMs)
  const aheadMs = requested.getTime() - now.getTime()
  if (!(aheadMs > 0 && aheadMs <= 366 * dayMs)) {
    throw invalid('expires_at', 'INVALID_EXPIRY', 'must be ahead, at most a year')
  }
  return requested
}

/** Makes a link that opens the story until it expires. Throws INVALID_EXPIRY, STORY_ARCHIVED. */
export const shareStory =
  ({ stories, shares, clock, ids }: Ports) =>
  async (author: string, storyId: string, expiresAt: Date | undefined): Promise<Share & { token: string }> => {
    const now = clock.now()
    const story = await stories.getOwn(author, storyId)
    const share = { id: ids.next(), storyId, createdAt: now, expiresAt: endOf(expiresAt, now) }
    story.share(share.id, share.expiresAt)
    return { ...share, token: shares.add(share) }
  }
