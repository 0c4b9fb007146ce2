import { createHash } from 'node:crypto'
import { create } from '@bufbuild/protobuf'
import { SegmentKind } from '#gen/troupe/story/v1/analysis_pb.ts'
import { GetScriptResponseSchema } from '#gen/troupe/story/v1/story_service_pb.ts'
import { exhausted, notFound } from '#shared/domain/errors.ts'
import { toConnectError } from '#shared/presentation/errors.ts'

/** A line of a tale: who says it, or nobody, and what is felt. */
export interface Line {
  by?: string
  text: string
  emotion?: string
}

const storyNotFound = () => toConnectError(notFound('STORY_NOT_FOUND', 'there is no such story'), 'story')
const limitReached = () => {
  const quota = { subject: 'user', description: 'nothing is left', quotaValue: 0n }
  return toConnectError(exhausted('LIMIT_REACHED', 'nothing is left', { quota, retryAfterMs: 60_000 }), 'subscription')
}

/** What story and subscription answer, as the contract has it; what they are asked for is noted. */
export const neighbours = () => {
  const scripts = new Map<string, ReturnType<typeof scriptOf>>()
  const versions = new Map<string, ReturnType<typeof scriptOf>>()
  const published = new Map<string, { version: number; contentHash: string }>()
  const reserved = new Map<string, number>()
  const released: string[] = []
  let left = Number.POSITIVE_INFINITY
  const client = {
    getScript: async ({ storyId, version = 0 }: { storyId: string; version?: number }) => {
      const script = version === 0 ? scripts.get(storyId) : versions.get(`${storyId} ${version}`)
      if (!script) throw storyNotFound()
      return script
    },
    findSeenVersion: async ({ storyId, shareToken }: { storyId: string; shareToken: string }) => {
      const seen = published.get(storyId) ?? (shareToken === '' ? undefined : scripts.get(storyId))
      if (!seen) throw storyNotFound()
      return seen
    },
    reserveUsage: async ({ key, amount }: { key: string; amount: number }) => {
      if (amount > left) throw limitReached()
      left -= amount
      reserved.set(key, amount)
      return { isUnlimited: false }
    },
    releaseUsage: async ({ key }: { key: string }) => void released.push(key),
  }
  return {
    client,
    scripts,
    versions,
    published,
    reserved,
    released,
    limit: (amount: number) => {
      left = amount
    },
  }
}

/** A story's text as it is analysed. */
export const scriptOf = (authorId: string, lines: readonly Line[], version: number, title: string) => {
  const content = lines.map(({ text }) => `${text}\n\n`).join('')
  const names = [...new Set(lines.flatMap(({ by }) => by ?? []))]
  let at = 0
  const segments = lines.map(({ by, text }) => {
    const start = at
    at += text.length + 2
    const kind = by === undefined ? SegmentKind.PARAGRAPH : SegmentKind.DIALOGUE
    return { kind, start, end: at, speakerId: by ?? '' }
  })
  const emotions = lines.flatMap(({ emotion }, segmentIndex) =>
    emotion === undefined ? [] : [{ emotion, intensity: 8, segmentIndex }],
  )
  return create(GetScriptResponseSchema, {
    authorId,
    title,
    language: 'en',
    version,
    contentHash: createHash('sha256').update(content).digest('hex'),
    content,
    analyzed: true,
    segments,
    characters: names.map((id) => ({ id, name: id })),
    emotions,
  })
}
