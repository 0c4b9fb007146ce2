import type { Page } from '#shared/application/paged.ts'
import type { Clock } from '#shared/domain/clock.ts'
import type { Ids } from '#shared/domain/ids.ts'
import { languageTag } from '#shared/domain/language-tag.ts'
import { plainText } from '#shared/domain/plain-text.ts'
import type { Analyzer } from '../domain/analysis.ts'
import type { BookBinder } from '../domain/book.ts'
import type { Analyses, Casts, Moderator, Publishings, Quota, Shares, Stories } from '../domain/ports.ts'
import type { HashedText } from '../domain/story-parts.ts'
import { abortPublishing } from './abort-publishing.ts'
import { addCharacter } from './add-character.ts'
import { advancePublishing } from './advance-publishing.ts'
import { analyzeStory } from './analyze-story.ts'
import { archiveStory } from './archive-story.ts'
import { completePublishing } from './complete-publishing.ts'
import { createStory } from './create-story.ts'
import { customizeStory } from './customize-story.ts'
import { deleteStory } from './delete-story.ts'
import { eraseAuthor } from './erase-author.ts'
import { type ExportFormat, exportStory } from './export-story.ts'
import { getAnalysis } from './get-analysis.ts'
import { getPublishing } from './get-publishing.ts'
import { getScript } from './get-script.ts'
import { ownStory } from './own-story.ts'
import { publishStory } from './publish-story.ts'
import { runAnalysis } from './run-analysis.ts'
import { shareStory } from './share-story.ts'
import { takeOverAnalysis } from './take-over-analysis.ts'
import { updateCharacter } from './update-character.ts'
import { updateStory } from './update-story.ts'
import { validatePublishing } from './validate-publishing.ts'
import type { AnalysisReads, ListFilter, Look, PublishingView, StoryLists, StoryReads } from './views.ts'
import { watchStory } from './watch-story.ts'

/** All that the use cases of story need from outside. */
export interface StoryPorts {
  stories: Stories
  publishings: Publishings
  analyses: Analyses
  casts: Casts
  shares: Shares
  reads: StoryReads
  lists: StoryLists
  analysisReads: AnalysisReads
  quota: Quota
  hashed: (content: string) => HashedText
  moderator: Moderator
  analyzer: Analyzer
  binders: Readonly<Record<ExportFormat, BookBinder>>
  clock: Clock
  ids: Ids
  watch: (topic: string, signal: AbortSignal, silenceMs: () => number) => AsyncIterable<boolean>
  doneOf: (publishing: PublishingView) => Promise<number>
  /** Runs a unit of work of its own and commits it. */
  commit: <T>(run: () => Promise<T>) => Promise<T>
  /** Told of progress that could not be noted. */
  onLost: (error: unknown) => void
}

/** The use cases of story. */
export const storyApp = (given: StoryPorts) => {
  const ports = { ...given, takeOver: takeOverAnalysis(given), engine: given.analyzer.name }
  const { reads, lists, analysisReads, stories } = ports
  return {
    createStory: createStory(ports),
    updateStory: updateStory(ports),
    deleteStory: deleteStory(ports),
    archiveStory: archiveStory(ports),
    customizeStory: customizeStory(ports),
    analyzeStory: analyzeStory(ports),
    runAnalysis: runAnalysis(ports),
    addCharacter: addCharacter(ports),
    updateCharacter: updateCharacter(ports),
    publishStory: publishStory(ports),
    advancePublishing: advancePublishing(ports),
    validatePublishing: validatePublishing(ports),
    completePublishing: completePublishing(ports),
    abortPublishing: abortPublishing(ports),
    getPublishing: getPublishing(ports),
    shareStory: shareStory(ports),
    watchStory: watchStory(ports),
    exportStory: exportStory(ports),
    eraseAuthor: eraseAuthor(ports),
    getAnalysis: getAnalysis(ports),
    getScript: getScript(ports),
    getStory: (look: Look) => reads.view(look),
    seenVersion: (look: Look) => reads.sight(look),
    listStories: (filter: ListFilter, page: Page) =>
      lists.list({ ...filter, language: filter.language && languageTag(filter.language) }, page),
    searchStories: (query: string, viewer: string | undefined, page: Page) =>
      lists.search(plainText('query', query), viewer, page),
    listCharacters: async (look: Look, page: Page) => analysisReads.characters(await reads.sight(look), page),
    listEmotions: async (look: Look, page: Page) => analysisReads.emotions(await reads.sight(look), page),
    listVersions: async (author: string, storyId: string, page: Page) => {
      await ownStory(reads, author, storyId)
      return reads.versions(storyId, page)
    },
    getVersion: async (author: string, storyId: string, version: number) => {
      await ownStory(reads, author, storyId)
      return stories.version(storyId, version)
    },
  }
}

export type StoryApp = ReturnType<typeof storyApp>
