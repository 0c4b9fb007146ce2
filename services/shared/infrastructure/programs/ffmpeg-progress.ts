const outTime = /^out_time_us=(\d+)$/

/**
 * Reads what `-progress` writes: lines of `key=value`, of which `out_time_us` (N/A at first) is how much of the output is
 * written, in microseconds.
 */
export const progressOf = (
  durationMs: number,
  onProgress: (done: number) => void = () => {},
): { line(text: string): void; finished(): void } => {
  let done = 0
  const reach = (part: number) => {
    if (part <= done) return
    done = Math.min(part, 1)
    onProgress(done)
  }
  return {
    line: (text) => {
      const [, microseconds] = outTime.exec(text.trim()) ?? []
      if (microseconds !== undefined && durationMs > 0) reach(Math.min(1, Number(microseconds) / 1000 / durationMs))
    },
    finished: () => reach(1),
  }
}
