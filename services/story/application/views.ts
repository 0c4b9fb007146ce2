import type { Page, Paged } from '#shared/application/paged.ts'
import type { Character } from '../domain/cast.ts'
import type { Customization } from '../domain/customization.ts'
import type { AnalysisRecord, StoryVersion } from '../domain/ports.ts'
import type { PublishingStatus } from '../domain/publishing.ts'
import type { Story } from '../domain/story.ts'
import type { StoryStatus, Visibility } from '../domain/story-parts.ts'

/** A story as somebody sees it. */
export interface StoryView {
  id: string
  title: string
  content: string
  contentHash: string
  authorId: string
  authorName: string
  language: string
  status: StoryStatus
  visibility: Visibility
  category: string
  genre: string
  version: number
  publishedVersion: number
  analysisStale: boolean
  customization: Customization
  createdAt: Date
  updatedAt: Date
  publishedAt: Date | undefined
  /** Of what tells this text; empty where nothing does. */
  narrationId: string
  narrationDurationMs: number
  /** For its author, where it is read. */
  offeredVoiceIds: string[]
}

/** A story as lists show it. */
export interface SummaryView {
  id: string
  title: string
  authorId: string
  authorName: string
  language: string
  status: StoryStatus
  visibility: Visibility
  category: string
  genre: string
  version: number
  collaboratorCount: number
  coverUrl: string
  lastUpdated: Date
  publishedAt: Date | undefined
  narrationId: string
  narrationDurationMs: number
}

export type StoryOrder = 'updated' | 'created' | 'title'

export interface ListFilter {
  /** Who asks; undefined for somebody not signed in. */
  viewer: string | undefined
  author: string | undefined
  status: StoryStatus | undefined
  language: string | undefined
  order: StoryOrder
}

export interface SearchHit {
  story: SummaryView
  snippet: string
  rank: number
}

/** One request to see a story. */
export interface Look {
  storyId: string
  viewer: string | undefined
  /** From a share link; empty for none. */
  shareToken: string
}

/** What a viewer may see of a story, in short. */
export interface Sight {
  storyId: string
  isAuthor: boolean
  version: number
  contentHash: string
  /** Whose characters and emotions are shown; empty for a story that was never analysed. */
  analysedHash: string
}

export interface SegmentView {
  index: number
  kind: 'paragraph' | 'dialogue'
  text: string
  /** Empty where nobody in particular speaks. */
  speakerId: string
}

export interface EmotionView {
  id: string
  emotion: string
  intensity: number
  quote: string
  segmentIndex: number
}

export type AnalysisView = AnalysisRecord & { segments: SegmentView[] }

export interface PublishingView {
  id: string
  storyId: string
  storyVersion: number
  status: PublishingStatus
  failureReason: string
  withFilm: boolean
  /** Empty until it is being made, or where none is. */
  narrationId: string
  videoJobId: string
  startedAt: Date
  finishedAt: Date | undefined
}

/** What a watcher of a story is told. */
export interface StoryState {
  status: StoryStatus
  version: number
  analysis: AnalysisRecord | undefined
  publishing: PublishingView | undefined
}

/** Queries over stories; each throws STORY_NOT_FOUND for what the viewer may not see. */
export interface StoryReads {
  /** With the text. */
  view(look: Look): Promise<StoryView>
  /** Without it. */
  sight(look: Look): Promise<Sight>
  /** The author's view of a story that the unit of work changes; `content` where it is at hand. */
  ofStory(story: Story, content?: string): Promise<StoryView>
  /** Undefined when there is no such story. */
  state(storyId: string): Promise<StoryState | undefined>
  versions(storyId: string, page: Page): Promise<Paged<Omit<StoryVersion, 'content'>>>
  publishing(storyId: string): Promise<PublishingView | undefined>
}

export interface StoryLists {
  list(filter: ListFilter, page: Page): Promise<Paged<SummaryView>>
  search(query: string, viewer: string | undefined, page: Page): Promise<Paged<SearchHit>>
}

export interface AnalysisReads {
  /** The analysis of the text that is seen; for its author, the newest where that has none. */
  analysis(sight: Sight): Promise<AnalysisView | undefined>
  characters(sight: Sight, page: Page): Promise<Paged<Character>>
  emotions(sight: Sight, page: Page): Promise<Paged<EmotionView>>
}
