import type { ReportProgress } from '../domain/analysis.ts'

const pauseMs = 250

/** Passes progress on at most four times a second, one note after another, the last one of each pause. */
export const progressReport = (
  note: (fraction: number, stage: string) => Promise<void>,
  onLost: (error: unknown) => void,
): { report: ReportProgress; settled(): Promise<void> } => {
  let latest: [number, string] | undefined
  let noted = -pauseMs
  let writing: Promise<void> | undefined

  const write = () => {
    if (writing || !latest || performance.now() - noted < pauseMs) return
    const [fraction, stage] = latest
    latest = undefined
    noted = performance.now()
    writing = note(fraction, stage)
      .catch(onLost)
      .finally(() => {
        writing = undefined
      })
  }

  return {
    report: (fraction, stage) => {
      latest = [fraction, stage]
      write()
    },
    settled: async () => {
      await writing
    },
  }
}
