import {
  ContributionReviewedSchema,
  VoiceContributedSchema,
} from '#gen/troupe/collaboration/v1/collaboration_events_pb.ts'
import { Aggregate } from '#shared/domain/aggregate.ts'
import { notFound, precondition } from '#shared/domain/errors.ts'
import type { Measures, Span } from '#shared/domain/recording.ts'

export type ContributionStatus = 'pending' | 'approved' | 'rejected'

/** Where a line is within a recording. */
export interface Cut extends Span {
  place: number
  text: string
}

export interface ContributionInit {
  id: string
  sessionId: string
  storyId: string
  participantId: string
  characterId: string
  durationMs: number
  /** In bytes. */
  size: number
  measured: Measures
  problems: string[]
  cuts: Cut[]
}

export const contributionNotFound = () => notFound('CONTRIBUTION_NOT_FOUND', 'there is no such recording')

/** A recording of some lines, and what the host says about it. */
export class VoiceContribution extends Aggregate {
  readonly id: string
  readonly sessionId: string
  readonly storyId: string
  readonly participantId: string
  readonly characterId: string
  readonly durationMs: number
  readonly size: number
  readonly measured: Measures
  readonly problems: string[]
  readonly cuts: Cut[]
  readonly createdAt: Date
  status: ContributionStatus = 'pending'
  reason = ''
  reviewedAt: Date | undefined

  constructor(init: ContributionInit, now: Date) {
    super()
    this.id = init.id
    this.sessionId = init.sessionId
    this.storyId = init.storyId
    this.participantId = init.participantId
    this.characterId = init.characterId
    this.durationMs = init.durationMs
    this.size = init.size
    this.measured = init.measured
    this.problems = init.problems
    this.cuts = init.cuts
    this.createdAt = now
    const { characterId, durationMs } = this
    this.record(VoiceContributedSchema, { ...this.facts, characterId, lineCount: this.cuts.length, durationMs })
  }

  private get facts() {
    const { id: contributionId, sessionId, storyId, participantId } = this
    return { contributionId, sessionId, storyId, participantId }
  }

  /** Throws CONTRIBUTION_REVIEWED. */
  review(isApproved: boolean, reason: string, now: Date): void {
    if (this.status !== 'pending') throw precondition('CONTRIBUTION_REVIEWED', 'the host has answered it already')
    this.status = isApproved ? 'approved' : 'rejected'
    this.reason = reason
    this.reviewedAt = now
    this.record(ContributionReviewedSchema, { ...this.facts, approved: isApproved })
  }
}
