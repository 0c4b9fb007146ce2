import { PublishingOption as PublishingOptions } from '#gen/troupe/story/v1/publishing_pb.ts'
import { PublishingFailedSchema, PublishingStartedSchema } from '#gen/troupe/story/v1/story_events_pb.ts'
import { Aggregate } from '#shared/domain/aggregate.ts'
import { notFound, precondition } from '#shared/domain/errors.ts'
import type { Story } from './story.ts'

export type PublishingStatus = 'validating' | 'narrating' | 'filming' | 'published' | 'failed'

export type PublishingOption = 'usual' | 'included' | 'left-out'

/** What is made of a story before it is published. */
export interface Wishes {
  narration: PublishingOption
  film: PublishingOption
  /** Whether it is published without its film if that cannot be made. */
  allowPartial: boolean
}

/** As the contract has them. */
export const publishingOptions = {
  usual: PublishingOptions.UNSPECIFIED,
  included: PublishingOptions.INCLUDED,
  'left-out': PublishingOptions.LEFT_OUT,
}

const givenUp = () => precondition('PUBLISHING_FAILED', 'the publication was given up')
const done = () => precondition('PUBLISHING_DONE', 'the story is published already')

export const publishingNotFound = () => notFound('PUBLISHING_NOT_FOUND', 'there is no such publication')

/** One attempt to publish the version that the story had when it began. */
export class Publishing extends Aggregate {
  override readonly id!: string
  readonly storyId!: string
  readonly authorId!: string
  readonly storyVersion!: number
  status!: PublishingStatus
  /** For the author; empty unless it failed. */
  failureReason!: string
  /** Whether there is to be a film, as far as that is known. */
  withFilm!: boolean
  /** Empty until it is being made, or where none is. */
  narrationId!: string
  videoJobId!: string
  readonly startedAt!: Date
  finishedAt: Date | undefined

  /** Throws STORY_ARCHIVED, STORY_ALREADY_PUBLISHED, STORY_NOT_ANALYZED. */
  static start(id: string, story: Story, wishes: Wishes, now: Date): Publishing {
    story.mustBePublishable()
    const publishing = Object.assign(new Publishing(), {
      id,
      storyId: story.id,
      authorId: story.authorId,
      storyVersion: story.version,
      status: 'validating',
      failureReason: '',
      withFilm: wishes.film !== 'left-out',
      narrationId: '',
      videoJobId: '',
      startedAt: now,
    })
    const { storyId, authorId, storyVersion } = publishing
    publishing.record(PublishingStartedSchema, {
      publishingId: id,
      storyId,
      storyVersion,
      authorId,
      contentHash: story.contentHash,
      narration: publishingOptions[wishes.narration],
      film: publishingOptions[wishes.film],
      allowPartial: wishes.allowPartial,
    })
    return publishing
  }

  /** Notes what is being made. Throws PUBLISHING_FAILED, PUBLISHING_DONE. */
  advance({ narrationId, videoJobId }: { narrationId: string; videoJobId: string }): void {
    if (this.status === 'failed') throw givenUp()
    if (this.status === 'published') throw done()
    this.narrationId = narrationId || this.narrationId
    this.videoJobId = videoJobId || this.videoJobId
    this.status = this.videoJobId ? 'filming' : 'narrating'
  }

  /** Returns whether it was still running. Throws PUBLISHING_FAILED once it was given up. */
  complete(now: Date): boolean {
    if (this.status === 'failed') throw givenUp()
    if (this.status === 'published') return false
    this.status = 'published'
    this.finishedAt = now
    return true
  }

  /** Gives up; again changes nothing. Throws PUBLISHING_DONE once it is published. */
  abort(reason: string, now: Date): void {
    if (this.status === 'published') throw done()
    if (this.status === 'failed') return
    this.status = 'failed'
    this.failureReason = reason
    this.finishedAt = now
    const { id: publishingId, storyId, authorId } = this
    this.record(PublishingFailedSchema, { publishingId, storyId, authorId, reason })
  }
}
