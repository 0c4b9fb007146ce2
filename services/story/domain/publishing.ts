import { PublishingFailedSchema, PublishingStartedSchema } from '#gen/troupe/story/v1/story_events_pb.ts'
import { Aggregate } from '#shared/domain/aggregate.ts'
import { notFound, precondition } from '#shared/domain/errors.ts'
import type { Story } from './story.ts'

export type PublishingStatus = 'validating' | 'published' | 'failed'

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
  readonly startedAt!: Date
  finishedAt: Date | undefined

  /** Throws STORY_ARCHIVED, STORY_ALREADY_PUBLISHED, STORY_NOT_ANALYZED. */
  static start(id: string, story: Story, now: Date): Publishing {
    story.mustBePublishable()
    const publishing = Object.assign(new Publishing(), {
      id,
      storyId: story.id,
      authorId: story.authorId,
      storyVersion: story.version,
      status: 'validating',
      failureReason: '',
      startedAt: now,
    })
    const { storyId, storyVersion } = publishing
    publishing.record(PublishingStartedSchema, { publishingId: id, storyId, storyVersion })
    return publishing
  }

  /** Returns whether it was still running. Throws PUBLISHING_FAILED once it was given up. */
  complete(now: Date): boolean {
    if (this.status === 'failed') throw precondition('PUBLISHING_FAILED', 'the publication was given up')
    if (this.status === 'published') return false
    this.status = 'published'
    this.finishedAt = now
    return true
  }

  /** Gives up; again changes nothing. Throws PUBLISHING_DONE once it is published. */
  abort(reason: string, now: Date): void {
    if (this.status === 'published') throw precondition('PUBLISHING_DONE', 'the story is published already')
    if (this.status === 'failed') return
    this.status = 'failed'
    this.failureReason = reason
    this.finishedAt = now
    const { id: publishingId, storyId, authorId } = this
    this.record(PublishingFailedSchema, { publishingId, storyId, authorId, reason })
  }
}
