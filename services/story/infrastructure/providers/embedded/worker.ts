import type { MessagePort } from 'node:worker_threads'
import type { Analysis, StoryText } from '../../../domain/analysis.ts'
import { embeddedAnalyzer } from './embedded.ts'

/** One analysis, as it is handed to a thread; progress goes to the port. */
export interface AnalysisJob {
  text: StoryText
  progress: MessagePort
}

const analyzer = embeddedAnalyzer()

/** Runs in a thread of its own, which is ended with the job where it must not go on. */
export const analyzeInThread = ({ text, progress }: AnalysisJob): Promise<Analysis> =>
  analyzer.analyze(text, (fraction, stage) => progress.postMessage({ fraction, stage }), new AbortController().signal)
