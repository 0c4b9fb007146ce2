import { MessageChannel } from 'node:worker_threads'
import { Piscina } from 'piscina'
import { type Analysis, type Analyzer, AnalyzerError } from '../domain/analysis.ts'

const maxThreads = 2
const idleMs = 20_000
/** The longest allowed text takes about a minute on a busy machine. */
const defaultLimitMs = 3 * 60_000

const tooLong = (limitMs: number, cause: unknown) =>
  new AnalyzerError('ANALYSIS_TOO_LONG', `the text could not be analysed within ${limitMs / 1000} seconds`, {
    retryable: false,
    cause,
  })

/**
 * The embedded engine in threads of its own: a text that keeps it busy, or was written to, holds up nothing else, and
 * is given up after a time.
 */
export const threadedAnalyzer = (limitMs = defaultLimitMs): Required<Analyzer> => {
  const pool = new Piscina({
    filename: new URL('./providers/embedded/worker.ts', import.meta.url).href,
    minThreads: 0,
    maxThreads,
    idleTimeout: idleMs,
    resourceLimits: { maxOldGenerationSizeMb: 1024 },
  })
  return {
    name: 'embedded',
    analyze: async (text, report, signal) => {
      signal.throwIfAborted()
      const { port1, port2 } = new MessageChannel()
      port1.on('message', ({ fraction, stage }) => report(fraction, stage))
      const limit = new AbortController()
      const timer = setTimeout(() => limit.abort(), limitMs)
      try {
        const options = {
          name: 'analyzeInThread',
          signal: AbortSignal.any([signal, limit.signal]),
          transferList: [port2],
        }
        return (await pool.run({ text, progress: port2 }, options)) as Analysis
      } catch (error) {
        signal.throwIfAborted()
        throw limit.signal.aborted ? tooLong(limitMs, error) : error
      } finally {
        clearTimeout(timer)
        port1.close()
      }
    },
    close: () => pool.destroy(),
  }
}
