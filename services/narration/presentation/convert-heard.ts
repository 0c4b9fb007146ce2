import type { MessageInitShape } from '@bufbuild/protobuf'
import {
  type NarrationAudioSchema,
  type NarrationSegmentSchema,
  NarrationStage,
  NarrationStatus,
  type StoryNarrationSchema,
} from '#gen/troupe/narration/v1/narration_pb.ts'
import type { GetSoundtrackResponseSchema } from '#gen/troupe/narration/v1/narration_service_pb.ts'
import { timestamp } from '#shared/domain/timestamp.ts'
import type { Soundtrack } from '../application/get-soundtrack.ts'
import type { SeenNarration } from '../application/narrations.ts'
import type { SegmentView } from '../application/segment-ports.ts'
import type { StoryNarration } from '../domain/narration.ts'
import { toAudio, toNarration, toProgress, toSegment, toStatus, type UrlOf } from './convert.ts'

const allDone = (segmentsTotal: number) => ({
  segmentsDone: segmentsTotal,
  segmentsTotal,
  percent: 100,
  stage: NarrationStage.DONE,
})

/** What is heard, without what is its author's: voices, cost and runs. */
const toHeard = (urlOf: UrlOf, narration: StoryNarration): MessageInitShape<typeof StoryNarrationSchema> => {
  const { id, storyId, userId, language, sound, chapters, segmentsTotal, createdAt, completedAt } = narration
  const at = timestamp(completedAt ?? createdAt)
  return {
    id,
    storyId,
    userId,
    language,
    chapters,
    status: NarrationStatus.COMPLETED,
    storyVersion: sound?.storyVersion ?? 0,
    contentHash: sound?.contentHash ?? '',
    progress: allDone(segmentsTotal),
    ...(sound ? { audio: toAudio(urlOf, sound) } : {}),
    createdAt: timestamp(createdAt),
    updatedAt: at,
    completedAt: at,
  }
}

export const toSeen = (urlOf: UrlOf, view: SeenNarration): MessageInitShape<typeof StoryNarrationSchema> =>
  view.isAuthors ? toNarration(urlOf, view) : toHeard(urlOf, view.narration)

/** What whoever follows a narration is told of it. */
export const toNews = (view: SeenNarration) => {
  const { status, segmentsTotal, failureReason, updatedAt, completedAt, createdAt } = view.narration
  if (view.isAuthors)
    return {
      status: toStatus(status),
      progress: toProgress(view),
      failureReason,
      updatedAt: timestamp(updatedAt),
    }
  return {
    status: NarrationStatus.COMPLETED,
    progress: allDone(segmentsTotal),
    failureReason: '',
    updatedAt: timestamp(completedAt ?? createdAt),
  }
}

/** A segment as others hear it. */
export const toHeardSegment = (
  segment: SegmentView,
  audio: MessageInitShape<typeof NarrationAudioSchema> | undefined,
): MessageInitShape<typeof NarrationSegmentSchema> =>
  toSegment({ ...segment, voiceId: '', failureReason: '', stale: false }, audio)

/** What is made something of: the whole, and a page of its parts. */
export const toSoundtrack = ({
  narration: { id, userId, title, language, chapters },
  sound,
  heard,
}: Soundtrack): MessageInitShape<typeof GetSoundtrackResponseSchema> => ({
  narrationId: id,
  userId,
  title,
  language,
  chapters,
  storyVersion: sound.storyVersion,
  contentHash: sound.contentHash,
  mp3Blob: sound.mp3,
  durationMs: sound.durationMs,
  segments: heard.items.map(({ index: _, ...segment }) => segment),
  nextPageToken: heard.nextPageToken,
})
