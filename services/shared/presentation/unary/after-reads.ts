interface Waiting {
  run: () => void
  resolve: () => void
  reject: (reason: unknown) => void
}

let waiting: Waiting[] = []

const runAll = (): void => {
  const all = waiting
  waiting = []
  for (const { run, resolve, reject } of all) {
    try {
      run()
      resolve()
    } catch (error) {
      reject(error)
    }
  }
}

/**
 * Runs something when this turn of the event loop has read all that had arrived, together with what else asks for it.
 * Answers written in a row wake a client once and let it work meanwhile; written one by one, each wakes it anew, which
 * costs more than the writing. Node does so itself with the frames of an HTTP/2 connection. Rejects with what it throws.
 */
export const afterReads = (run: () => void): Promise<void> =>
  new Promise((resolve, reject) => {
    if (waiting.push({ run, resolve, reject }) === 1) setImmediate(runAll)
  })
