import { IdentityService } from '#gen/troupe/identity/v1/identity_service_pb.ts'
import { SegmentKind } from '#gen/troupe/story/v1/analysis_pb.ts'
import { StoryService } from '#gen/troupe/story/v1/story_service_pb.ts'
import { UsageResource } from '#gen/troupe/subscription/v1/usage_pb.ts'
import { DomainError } from '#shared/domain/errors.ts'
import { dateOf, duration } from '#shared/domain/timestamp.ts'
import { answerOf } from '#shared/infrastructure/clients/refusals.ts'
import type { Kernel } from '#shared/infrastructure/kernel.ts'
import { usageReservations } from '#shared/infrastructure/usage.ts'
import type { Ports, Quota, Stories } from '../application/ports.ts'

/** What stories say, as story has it. */
export const storyScripts = ({ client }: Pick<Kernel, 'client'>): Stories => {
  const stories = client(StoryService)
  return {
    script: async (storyId) => {
      const { authorId, title, language, content, analyzed, segments, characters } = await answerOf(
        stories.getScript({ storyId }),
      )
      const dialogue = segments.filter(({ kind, speakerId }) => kind === SegmentKind.DIALOGUE && speakerId !== '')
      const cast = characters.map(({ id: characterId, name }) => ({ characterId, name: name.replaceAll('\0', '') }))
      return { authorId, title: title.replaceAll('\0', ''), language, content, analyzed, characters: cast, dialogue }
    },
    isPublished: async (storyId) => {
      try {
        await answerOf(stories.findSeenVersion({ storyId, viewerId: '', shareToken: '' }))
        return true
      } catch (error) {
        if (error instanceof DomainError && error.kind === 'not-found') return false
        throw error
      }
    },
  }
}

/** What subscription allows. */
export const subscriptionQuota = (kernel: Pick<Kernel, 'client' | 'unit' | 'log'>): Quota => {
  const reserve = usageReservations(kernel)
  return { reserve: (userId, key) => reserve(userId, UsageResource.COLLABORATORS, key, 1) }
}

/** Guests' tokens, as identity signs them. */
export const guestTokens = ({ client }: Pick<Kernel, 'client'>): Ports['guestToken'] => {
  const identity = client(IdentityService)
  return async ({ id, displayName, sessionId, lifetimeMs }) => {
    const { token, expiresAt } = await identity.issueGuestToken({
      guestId: id,
      displayName,
      resourceType: 'collaboration_session',
      resourceId: sessionId,
      lifetime: duration(lifetimeMs),
    })
    return { token, expiresAt: dateOf(expiresAt) }
  }
}
