import type { GetSoundtrackResponse } from '#gen/troupe/narration/v1/narration_service_pb.ts'
import { NarrationService } from '#gen/troupe/narration/v1/narration_service_pb.ts'
import { type Character, CharacterRole } from '#gen/troupe/story/v1/analysis_pb.ts'
import { StoryService } from '#gen/troupe/story/v1/story_service_pb.ts'
import { DomainError } from '#shared/domain/errors.ts'
import { answerOf } from '#shared/infrastructure/clients/refusals.ts'
import type { Kernel } from '#shared/infrastructure/kernel.ts'
import type { Narrations } from '../application/ports.ts'
import type { Soundtrack, Told } from '../domain/film.ts'

const orNothing = async <T>(asked: Promise<T>): Promise<T | undefined> => {
  try {
    return await asked
  } catch (error) {
    if (error instanceof DomainError && error.kind === 'not-found') return undefined
    throw error
  }
}

const roles: Readonly<Record<number, string>> = {
  [CharacterRole.PROTAGONIST]: 'protagonist',
  [CharacterRole.SUPPORTING]: 'supporting',
  [CharacterRole.NARRATOR]: 'narrator',
}

const toCharacter = ({ id, name, role, traits }: Character) => ({ id, name, role: roles[role] ?? '', traits })

const toTold = ({ text, characterId, emotion, intensity, startMs, endMs, words }: Told): Told => ({
  text,
  characterId,
  emotion,
  intensity,
  startMs,
  endMs,
  words: words.map((word) => ({ text: word.text, startMs: word.startMs, endMs: word.endMs })),
})

/** Stories as narration tells them, with what story knows of who is in them. */
export const toldStories = ({ client }: Pick<Kernel, 'client'>): Narrations => {
  const [narrations, stories] = [client(NarrationService), client(StoryService)]
  return {
    told: async (storyId, userId) => {
      const page = await answerOf(narrations.getSoundtrack({ storyId, userId, pageSize: 1 }))
      const { narrationId, mp3Blob: soundBlob, durationMs: soundMs, storyVersion, contentHash } = page
      return { storyId, userId: page.userId, narrationId, soundBlob, soundMs, storyVersion, contentHash }
    },
    soundtrack: async ({ storyId, userId, soundBlob }): Promise<Soundtrack | undefined> => {
      const segments: Told[] = []
      let page: GetSoundtrackResponse | undefined
      do {
        const pageToken = page?.nextPageToken ?? ''
        page = await answerOf(narrations.getSoundtrack({ storyId, userId, pageToken }))
        if (page.mp3Blob !== soundBlob) return undefined
        segments.push(...page.segments.map(toTold))
      } while (page.nextPageToken !== '')
      const script = await orNothing(answerOf(stories.getScript({ storyId })))
      const { title, language, durationMs, chapters } = page
      return {
        title,
        language,
        durationMs,
        segments,
        author: script?.authorName ?? '',
        characters: script?.characters.map(toCharacter) ?? [],
        chapters: chapters.map((chapter) => ({
          title: chapter.title,
          startMs: chapter.startMs,
          endMs: chapter.endMs,
        })),
      }
    },
    seenBy: async (storyId, viewerId, shareToken) => {
      const look = { storyId, viewerId: viewerId ?? '', shareToken }
      const seen = await orNothing(answerOf(stories.findSeenVersion(look)))
      return seen && { version: seen.version, contentHash: seen.contentHash }
    },
  }
}
