import { PublishingOption } from '#gen/troupe/story/v1/publishing_pb.ts'
import type { PublishingStarted } from '#gen/troupe/story/v1/story_events_pb.ts'

/** What is published, and what is made of it first. */
export interface Plan {
  story: string
  author: string
  version: number
  contentHash: string
  narrate: boolean
  film: 'no' | 'if-left' | 'yes'
  partial: boolean
}

const films: Readonly<Record<number, Plan['film']>> = {
  [PublishingOption.UNSPECIFIED]: 'if-left',
  [PublishingOption.INCLUDED]: 'yes',
  [PublishingOption.LEFT_OUT]: 'no',
}

/** Undefined for publications that began before anything was made for them. */
export const planOf = (started: PublishingStarted): Plan | undefined => {
  const { storyId, authorId, storyVersion, contentHash, narration, film, allowPartial } = started
  if (authorId === '') return undefined
  return {
    story: storyId,
    author: authorId,
    version: storyVersion,
    contentHash,
    narrate: narration !== PublishingOption.LEFT_OUT,
    film: films[film] ?? 'no',
    partial: allowPartial,
  }
}
