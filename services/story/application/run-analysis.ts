import type { Clock } from '#shared/domain/clock.ts'
import { DomainError, unavailable } from '#shared/domain/errors.ts'
import { type Analysis, type Analyzer, AnalyzerError } from '../domain/analysis.ts'
import type { Analyses, AnalysisRecord, Stories } from '../domain/ports.ts'
import { progressReport } from './progress-report.ts'
import type { TakeOver } from './take-over-analysis.ts'

const longestMs = 10 * 60 * 1000

interface Ports {
  stories: Stories
  analyses: Analyses
  takeOver: TakeOver
  analyzer: Analyzer
  clock: Clock
  /** Runs a unit of work of its own and commits it. */
  commit: (run: () => Promise<void>) => Promise<void>
  /** Told of progress that could not be noted. */
  onLost: (error: unknown) => void
}

/** What was found, or why nothing will be. */
type Outcome = { found: Analysis } | { reason: string }

/**
 * Makes an analysis that was asked for, and the story takes it over. What was found is committed first and by itself:
 * whatever happens afterwards, the engine is not asked again. Throws ANALYZER_UNAVAILABLE while a later try may
 * succeed, for ten minutes.
 */
export const runAnalysis = (ports: Ports) => {
  const { stories, analyses, takeOver, analyzer, clock, commit } = ports

  const analyze = async (record: AnalysisRecord, signal: AbortSignal): Promise<Outcome> => {
    const { storyId, language, storyVersion } = record
    const { title, content } = await stories.version(storyId, storyVersion)
    const report = progressReport((fraction, stage) => analyses.progress(record, fraction, stage), ports.onLost)
    try {
      return { found: await analyzer.analyze({ title, content, language }, report.report, signal) }
    } catch (error) {
      if (!(error instanceof AnalyzerError)) throw error
      const isLate = clock.now().getTime() - record.startedAt.getTime() > longestMs
      if (!error.retryable || isLate) return { reason: error.message }
      const { retryAfterMs } = error
      throw unavailable('ANALYZER_UNAVAILABLE', error.message, retryAfterMs === undefined ? {} : { retryAfterMs })
    } finally {
      await report.settled()
    }
  }

  const finished = async (record: AnalysisRecord, signal: AbortSignal): Promise<AnalysisRecord> => {
    const outcome = await analyze(record, signal)
    await commit(async () => {
      if ('found' in outcome) analyses.complete(record, outcome.found, clock.now())
      else analyses.fail(record, outcome.reason, clock.now())
    })
    return 'found' in outcome
      ? { ...record, status: 'completed' }
      : { ...record, status: 'failed', failureReason: outcome.reason }
  }

  /** Undefined when the story goes meanwhile, and its texts and analyses with it. */
  const finishedUnlessGone = async (record: AnalysisRecord, signal: AbortSignal) => {
    try {
      return await finished(record, signal)
    } catch (error) {
      if (error instanceof DomainError && error.reason === 'VERSION_NOT_FOUND' && !(await stories.find(record.storyId)))
        return
      throw error
    }
  }

  return async (storyId: string, contentHash: string, signal: AbortSignal): Promise<void> => {
    const asked = await analyses.find(storyId, contentHash)
    if (!asked) return
    const record = asked.status === 'running' ? await finishedUnlessGone(asked, signal) : asked
    const story = record && (await stories.find(storyId))
    if (!story) return
    if (record.status === 'failed') story.failAnalysis(record, record.failureReason, clock.now())
    else await takeOver(story, record)
  }
}
