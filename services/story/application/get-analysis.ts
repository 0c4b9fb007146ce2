import { notFound } from '#shared/domain/errors.ts'
import type { AnalysisReads, AnalysisView, Look, StoryReads } from './views.ts'

interface Ports {
  reads: StoryReads
  analysisReads: AnalysisReads
}

/** The analysis of the text that the viewer sees. Throws STORY_NOT_FOUND, ANALYSIS_NOT_FOUND. */
export const getAnalysis =
  ({ reads, analysisReads }: Ports) =>
  async (look: Look): Promise<AnalysisView> => {
    const analysis = await analysisReads.analysis(await reads.sight(look))
    if (!analysis) throw notFound('ANALYSIS_NOT_FOUND', 'the story was not analysed yet')
    return analysis
  }
