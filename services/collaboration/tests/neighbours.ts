import { create } from '@bufbuild/protobuf'
import { SegmentKind } from '#gen/troupe/story/v1/analysis_pb.ts'
import { GetScriptResponseSchema } from '#gen/troupe/story/v1/story_service_pb.ts'
import { exhausted, notFound } from '#shared/domain/errors.ts'
import { timestamp } from '#shared/domain/timestamp.ts'
import { toConnectError } from '#shared/presentation/errors.ts'

/** What a character says, by name. */
export type Said = readonly (readonly [by: string, text: string])[]

const storyNotFound = () => toConnectError(notFound('STORY_NOT_FOUND', 'there is no such story'), 'story')
const limitReached = () => {
  const quota = { subject: 'user', description: 'nothing is left', quotaValue: 0n }
  return toConnectError(exhausted('LIMIT_REACHED', 'nothing is left', { quota, retryAfterMs: 60_000 }), 'subscription')
}

/** A story's text as it is analysed. */
export const scriptOf = (authorId: string, said: Said, characters: Readonly<Record<string, string>>) => {
  let at = 0
  const segments = said.map(([by, text]) => {
    const start = at
    at += text.length + 1
    return { kind: SegmentKind.DIALOGUE, start, end: at, speakerId: characters[by] ?? '' }
  })
  return create(GetScriptResponseSchema, {
    authorId,
    title: 'The Mill',
    language: 'en',
    version: 1,
    content: said.map(([, text]) => `${text} `).join(''),
    analyzed: true,
    segments,
    characters: Object.entries(characters).map(([name, id]) => ({ id, name })),
  })
}

/** What story, subscription and identity answer, as their contracts have it; what they are asked for is noted. */
export const neighbours = () => {
  const scripts = new Map<string, ReturnType<typeof scriptOf>>()
  const published = new Set<string>()
  const reserved = new Set<string>()
  let left = Number.POSITIVE_INFINITY
  const client = {
    getScript: async ({ storyId }: { storyId: string }) => {
      const script = scripts.get(storyId)
      if (!script) throw storyNotFound()
      return script
    },
    findSeenVersion: async ({ storyId }: { storyId: string }) => {
      if (!published.has(storyId)) throw storyNotFound()
      return { version: 1, contentHash: '' }
    },
    reserveUsage: async ({ key }: { key: string }) => {
      if (reserved.size >= left && !reserved.has(key)) throw limitReached()
      reserved.add(key)
      return { isUnlimited: false }
    },
    releaseUsage: async ({ key }: { key: string }) => void reserved.delete(key),
    issueGuestToken: async ({ guestId }: { guestId: string }) => ({
      token: `token of ${guestId}`,
      expiresAt: timestamp(new Date('2026-11-21T10:00:00Z')),
    }),
  }
  return {
    client,
    scripts,
    published,
    reserved,
    limit: (amount: number) => {
      left = amount
    },
  }
}
