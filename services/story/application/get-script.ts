import type { Page } from '#shared/application/paged.ts'
import type { Character } from '../domain/cast.ts'
import type { Stories, StoryVersion } from '../domain/ports.ts'
import type { AnalysisReads, AnalysisView, EmotionView, StoryReads } from './views.ts'

interface Ports {
  stories: Stories
  reads: StoryReads
  analysisReads: AnalysisReads
}

/** A story's present text, and what was found in it. */
export interface ScriptView {
  authorId: string
  authorName: string
  text: StoryVersion
  /** Undefined unless this very text is analysed. */
  analysis: AnalysisView | undefined
  characters: Character[]
  emotions: EmotionView[]
}

const pageSize = 500

const everything = async <T>(list: (page: Page) => Promise<{ items: T[]; nextPageToken: string }>): Promise<T[]> => {
  const all: T[] = []
  for (let token = ''; ; ) {
    const { items, nextPageToken } = await list({ size: pageSize, token })
    all.push(...items)
    if (nextPageToken === '') return all
    token = nextPageToken
  }
}

/** For those who tell stories: a version, or the text as its author has it now. Throws STORY_NOT_FOUND, VERSION_NOT_FOUND. */
export const getScript =
  ({ stories, reads, analysisReads }: Ports) =>
  async (storyId: string, wanted: number): Promise<ScriptView> => {
    const story = await stories.get(storyId)
    const { authorId, version } = story
    const text = await stories.version(storyId, wanted || version)
    const { authorName } = await reads.ofStory(story, text.content)
    const { contentHash } = text
    const sight = { storyId, isAuthor: false, version: text.version, contentHash, analysedHash: contentHash }
    const found = await analysisReads.analysis(sight)
    if (found?.contentHash !== text.contentHash || found.status !== 'completed')
      return { authorId, authorName, text, analysis: undefined, characters: [], emotions: [] }
    const characters = await everything((page) => analysisReads.characters(sight, page))
    const emotions = await everything((page) => analysisReads.emotions(sight, page))
    return { authorId, authorName, text, analysis: found, characters, emotions }
  }
