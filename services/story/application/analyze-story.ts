import type { Clock } from '#shared/domain/clock.ts'
import type { Analyses, AnalysisRecord, Stories } from '../domain/ports.ts'
import type { Story } from '../domain/story.ts'
import type { TakeOver } from './take-over-analysis.ts'

interface Ports {
  stories: Stories
  analyses: Analyses
  takeOver: TakeOver
  engine: string
  clock: Clock
}

const newRecord = (story: Story, engine: string, now: Date): AnalysisRecord => ({
  storyId: story.id,
  contentHash: story.contentHash,
  storyVersion: story.version,
  language: story.language,
  status: 'running',
  progress: 0,
  stage: '',
  engine,
  themes: [],
  summary: '',
  failureReason: '',
  startedAt: now,
  finishedAt: undefined,
})

/**
 * Starts an analysis of the present text; one that runs already, or is complete, is answered with instead.
 * Throws STORY_EMPTY, STORY_ARCHIVED.
 */
export const analyzeStory =
  ({ stories, analyses, takeOver, engine, clock }: Ports) =>
  async (author: string, id: string): Promise<AnalysisRecord> => {
    const story = await stories.getOwn(author, id)
    story.mustBeAnalysable()
    const known = await analyses.find(id, story.contentHash)
    if (known && known.status !== 'failed' && story.isAbout(known)) {
      if (known.status === 'completed') await takeOver(story, known)
      else story.awaitAnalysis(clock.now())
      return known
    }
    const record = newRecord(story, engine, clock.now())
    story.requestAnalysis(clock.now())
    analyses.start(record)
    return record
  }
