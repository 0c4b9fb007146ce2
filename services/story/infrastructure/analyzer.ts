import type { Kernel } from '#shared/infrastructure/kernel.ts'
import type { Analyzer } from '../domain/analysis.ts'
import { threadedAnalyzer } from './threaded-analyzer.ts'

/** The engine that TROUPE_STORY_ANALYZER names; the embedded one by default. */
export const chosenAnalyzer = async ({ env }: Pick<Kernel, 'env'>): Promise<Analyzer> => {
  const name = env.oneOf('TROUPE_STORY_ANALYZER', ['embedded', 'openai'], 'embedded')
  if (name === 'embedded') return threadedAnalyzer()
  const apiKey = env.text('TROUPE_OPENAI_API_KEY')
  const baseUrl = env.optional('TROUPE_OPENAI_BASE_URL')
  const model = env.text('TROUPE_STORY_OPENAI_MODEL', 'gpt-4.1-mini')
  // Without a key the host does not start, and says so.
  if (apiKey === '') return threadedAnalyzer()
  // Loaded where it is used: the vendor's library is large.
  const { openaiAnalyzer } = await import('./providers/openai.ts')
  return openaiAnalyzer({ apiKey, model, ...(baseUrl ? { baseUrl } : {}) })
}
