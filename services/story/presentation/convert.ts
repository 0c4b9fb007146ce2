import type { MessageInitShape } from '@bufbuild/protobuf'
import {
  AnalysisStatus,
  CharacterRole,
  type CharacterSchema,
  SegmentKind,
  type StoryAnalysisSchema,
} from '#gen/troupe/story/v1/analysis_pb.ts'
import { type PublishingOption, type PublishingSchema, PublishingStatus } from '#gen/troupe/story/v1/publishing_pb.ts'
import {
  type StorySchema,
  StoryStatus,
  type StorySummarySchema,
  type StoryVersionSchema,
  StoryVisibility,
} from '#gen/troupe/story/v1/story_pb.ts'
import type { GetScriptResponseSchema } from '#gen/troupe/story/v1/story_service_pb.ts'
import { timestamp } from '#shared/domain/timestamp.ts'
import type { ScriptView } from '../application/get-script.ts'
import { percentOf } from '../application/publishing-percent.ts'
import type { AnalysisView, PublishingView, StoryView, SummaryView } from '../application/views.ts'
import type { CharacterRole as Role } from '../domain/analysis.ts'
import type { Character } from '../domain/cast.ts'
import type { AnalysisRecord, StoryVersion } from '../domain/ports.ts'
import { publishingOptions } from '../domain/publishing.ts'
import type { StoryStatus as Status, Visibility } from '../domain/story-parts.ts'

const statuses: Record<Status, StoryStatus> = {
  draft: StoryStatus.DRAFT,
  analyzing: StoryStatus.ANALYZING,
  analyzed: StoryStatus.ANALYZED,
  published: StoryStatus.PUBLISHED,
  archived: StoryStatus.ARCHIVED,
}

const visibilities: Record<Visibility, StoryVisibility> = {
  public: StoryVisibility.PUBLIC,
  unlisted: StoryVisibility.UNLISTED,
  private: StoryVisibility.PRIVATE,
}

const roles: Record<Role, CharacterRole> = {
  protagonist: CharacterRole.PROTAGONIST,
  supporting: CharacterRole.SUPPORTING,
  narrator: CharacterRole.NARRATOR,
}

const analysisStatuses = {
  running: AnalysisStatus.RUNNING,
  completed: AnalysisStatus.COMPLETED,
  failed: AnalysisStatus.FAILED,
}

const publishingStatuses = {
  validating: PublishingStatus.VALIDATING,
  narrating: PublishingStatus.NARRATING,
  filming: PublishingStatus.FILMING,
  published: PublishingStatus.PUBLISHED,
  failed: PublishingStatus.FAILED,
}

const kinds = { paragraph: SegmentKind.PARAGRAPH, dialogue: SegmentKind.DIALOGUE }

/** The domain's word for a value of an enum; undefined for UNSPECIFIED. */
const wordFor =
  <Word extends string>(words: Record<Word, number>) =>
  (value: number): Word | undefined =>
    (Object.keys(words) as Word[]).find((word) => words[word] === value)

const optionFor = wordFor(publishingOptions)
export const fromOption = (option: PublishingOption) => optionFor(option) ?? 'usual'
export const toStatus = (status: Status): StoryStatus => statuses[status]
export const fromStatus = wordFor(statuses)
export const fromVisibility = wordFor(visibilities)
export const fromRole = wordFor(roles)

export const toStory = (view: StoryView): MessageInitShape<typeof StorySchema> => ({
  ...view,
  status: statuses[view.status],
  visibility: visibilities[view.visibility],
  createdAt: timestamp(view.createdAt),
  updatedAt: timestamp(view.updatedAt),
  ...(view.publishedAt ? { publishedAt: timestamp(view.publishedAt) } : { publishedAt: undefined }),
})

export const toSummary = (view: SummaryView): MessageInitShape<typeof StorySummarySchema> => ({
  ...view,
  status: statuses[view.status],
  visibility: visibilities[view.visibility],
  lastUpdated: timestamp(view.lastUpdated),
  publishedAt: timestamp(view.publishedAt),
})

export const toVersion = (
  version: Omit<StoryVersion, 'content'> & { content?: string },
): MessageInitShape<typeof StoryVersionSchema> => ({
  ...version,
  content: version.content ?? '',
  createdAt: timestamp(version.createdAt),
  publishedAt: timestamp(version.publishedAt),
})

/** `segments` are left out where they are not asked for. */
export const toAnalysis = (
  record: AnalysisRecord & Partial<AnalysisView>,
): MessageInitShape<typeof StoryAnalysisSchema> => ({
  ...record,
  status: analysisStatuses[record.status],
  segments: (record.segments ?? []).map((segment) => ({ ...segment, kind: kinds[segment.kind] })),
  startedAt: timestamp(record.startedAt),
  finishedAt: timestamp(record.finishedAt),
})

export const toCharacter = ({ foundKeys: _, ...character }: Character): MessageInitShape<typeof CharacterSchema> => ({
  ...character,
  role: roles[character.role],
})

export const toPublishing = (
  view: PublishingView & { percent?: number },
): MessageInitShape<typeof PublishingSchema> => ({
  id: view.id,
  storyId: view.storyId,
  storyVersion: view.storyVersion,
  failureReason: view.failureReason,
  narrationId: view.narrationId,
  videoJobId: view.videoJobId,
  percent: view.percent ?? percentOf(view, 0),
  status: publishingStatuses[view.status],
  startedAt: timestamp(view.startedAt),
  finishedAt: timestamp(view.finishedAt),
})

/** Segments by their places, since together they are the text. */
export const toScript = ({
  authorId,
  authorName,
  text,
  analysis,
  characters,
  emotions,
}: ScriptView): MessageInitShape<typeof GetScriptResponseSchema> => {
  let start = 0
  const segments = (analysis?.segments ?? []).map((segment) => {
    const from = start
    start += segment.text.length
    return { kind: kinds[segment.kind], start: from, end: start, speakerId: segment.speakerId }
  })
  return {
    authorId,
    authorName,
    title: text.title,
    language: text.language,
    version: text.version,
    contentHash: text.contentHash,
    content: text.content,
    analyzed: analysis !== undefined,
    segments,
    characters: characters.map(toCharacter),
    emotions: emotions.map(({ emotion, intensity, segmentIndex }) => ({ emotion, intensity, segmentIndex })),
  }
}
