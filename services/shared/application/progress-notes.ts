const apartMs = 250

/** Writes down how far something is some times a second, one after the other. */
export const progressNotes = (write: (share: number) => Promise<void>, failed: (error: unknown) => void) => {
  let [noted, writing] = [-apartMs, Promise.resolve()]
  return {
    report: (share: number): void => {
      if (performance.now() - noted < apartMs) return
      noted = performance.now()
      writing = writing.then(() => write(share)).catch(failed)
    },
    /** Resolves once nothing more is being written. */
    written: (): Promise<void> => writing,
  }
}
