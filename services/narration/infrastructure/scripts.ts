import { SegmentKind } from '#gen/troupe/story/v1/analysis_pb.ts'
import { type GetScriptResponse, StoryService } from '#gen/troupe/story/v1/story_service_pb.ts'
import { DomainError } from '#shared/domain/errors.ts'
import { answerOf } from '#shared/infrastructure/clients/refusals.ts'
import type { Kernel } from '#shared/infrastructure/kernel.ts'
import type { Scripts } from '../application/ports.ts'

/** The characters as they come to speak, then the others: the same text, told again, is cast alike. */
const bySpeech = ({ characters, segments }: GetScriptResponse): string[] => {
  const ids = new Set(characters.map(({ id }) => id))
  const speakers = segments.map(({ speakerId }) => speakerId).filter((id) => ids.has(id))
  return [...new Set([...speakers, ...ids])]
}

/** What stories say, as story has it. */
export const storyScripts = ({ client }: Pick<Kernel, 'client'>): Scripts => {
  const stories = client(StoryService)
  return {
    seenBy: async (storyId, viewerId, shareToken) => {
      try {
        const look = { storyId, viewerId: viewerId ?? '', shareToken }
        const { version, contentHash } = await answerOf(stories.findSeenVersion(look))
        return { version, contentHash }
      } catch (error) {
        if (error instanceof DomainError && error.kind === 'not-found') return undefined
        throw error
      }
    },
    of: async (storyId, version = 0) => {
      const script = await answerOf(stories.getScript({ storyId, version }))
      return {
        storyId,
        authorId: script.authorId,
        title: script.title,
        language: script.language,
        version: script.version,
        contentHash: script.contentHash,
        content: script.content,
        analyzed: script.analyzed,
        segments: script.segments.map(({ kind, start, end, speakerId }) => ({
          kind: kind === SegmentKind.DIALOGUE ? 'dialogue' : 'paragraph',
          start,
          end,
          speakerId,
        })),
        characterIds: bySpeech(script),
        emotions: script.emotions,
      }
    },
  }
}
