import { create } from '@bufbuild/protobuf'
import { GetSoundtrackResponseSchema } from '#gen/troupe/narration/v1/narration_service_pb.ts'
import { GetScriptResponseSchema } from '#gen/troupe/story/v1/story_service_pb.ts'
import { exhausted, notFound, precondition } from '#shared/domain/errors.ts'
import { uuidv7 } from '#shared/infrastructure/uuid.ts'
import { toConnectError } from '#shared/presentation/errors.ts'

interface Told {
  userId: string
  narrationId: string
  mp3Blob: string
  contentHash: string
  storyVersion: number
  durationMs: number
  texts: readonly string[]
  isRunning: boolean
}

const narrationNotFound = () => toConnectError(notFound('NARRATION_NOT_FOUND', 'there is none'), 'narration')
const storyNotFound = () => toConnectError(notFound('STORY_NOT_FOUND', 'there is none'), 'story')
const limitReached = () => {
  const quota = { subject: 'user', description: 'nothing is left', quotaValue: 0n }
  return toConnectError(exhausted('LIMIT_REACHED', 'nothing is left', { quota, retryAfterMs: 60_000 }), 'subscription')
}

const segmentOf = (text: string, place: number, count: number, durationMs: number) => {
  const [startMs, endMs] = [
    Math.round((place * durationMs) / count),
    Math.round(((place + 1) * durationMs) / count) - 100,
  ]
  const words = text.split(' ')
  const each = (endMs - startMs) / words.length
  const wordAt = (word: string, at: number) => ({
    text: word,
    startMs: Math.round(startMs + at * each),
    endMs: Math.round(startMs + (at + 1) * each),
  })
  return {
    text,
    characterId: '',
    emotion: place % 2 === 0 ? 'joy' : 'fear',
    intensity: 5,
    startMs,
    endMs,
    words: words.map(wordAt),
  }
}

/** What narration, story and subscription answer, as the contracts have it; what they are asked for is noted. */
export const neighbours = () => {
  const told = new Map<string, Told>()
  const published = new Map<string, { version: number; contentHash: string }>()
  const reserved: string[] = []
  const released: string[] = []
  let left = Number.POSITIVE_INFINITY
  const client = {
    getSoundtrack: async ({ storyId, userId, pageToken }: { storyId: string; userId: string; pageToken?: string }) => {
      const found = told.get(storyId)
      if (!found || (userId && found.userId !== userId)) throw narrationNotFound()
      if (found.isRunning)
        throw toConnectError(precondition('NARRATION_NOT_COMPLETED', 'it is being told'), 'narration')
      const { texts, isRunning: _, ...head } = found
      const all = texts.map((text, place) => segmentOf(text, place, texts.length, head.durationMs))
      // In pages of two.
      const from = Number(pageToken || 0)
      const nextPageToken = from + 2 < all.length ? String(from + 2) : ''
      const page = { segments: all.slice(from, from + 2), nextPageToken }
      return create(GetSoundtrackResponseSchema, { ...head, title: 'The Mill', language: 'en', ...page })
    },
    getScript: async () => create(GetScriptResponseSchema, { authorName: 'Ann', characters: [] }),
    findSeenVersion: async ({ storyId }: { storyId: string }) => {
      const seen = published.get(storyId)
      if (!seen) throw storyNotFound()
      return seen
    },
    reserveUsage: async ({ key, amount }: { key: string; amount: number }) => {
      if (reserved.includes(key)) return { isUnlimited: false }
      if (amount > left) throw limitReached()
      left -= amount
      reserved.push(key)
      return { isUnlimited: false }
    },
    releaseUsage: async ({ key }: { key: string }) => void released.push(key),
  }
  return {
    client,
    told,
    published,
    reserved,
    released,
    limit: (amount: number) => {
      left = amount
    },
    /** A story of somebody's as it is told. */
    tell: (userId: string, about: Partial<Told> & Pick<Told, 'mp3Blob' | 'durationMs'>, storyId = uuidv7()) => {
      const contentHash = 'a'.repeat(64)
      const texts = ['A girl lived by the mill.', 'Where are you going?', 'To the river.', 'Nobody knew why.']
      told.set(storyId, {
        userId,
        narrationId: uuidv7(),
        contentHash,
        storyVersion: 1,
        texts,
        isRunning: false,
        ...about,
      })
      return storyId
    },
  }
}
