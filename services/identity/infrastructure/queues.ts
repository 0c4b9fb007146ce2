/** Makes a runner that runs jobs of one name one after another, and those of different names side by side. */
export const createQueues = () => {
  const tails = new Map<string, Promise<unknown>>()
  return async <T>(name: string, job: () => Promise<T>): Promise<T> => {
    const before = tails.get(name) ?? Promise.resolve()
    // A job that failed tells its own caller; the next one runs all the same.
    const done = before.then(job, job)
    tails.set(name, done)
    try {
      return await done
    } finally {
      if (tails.get(name) === done) tails.delete(name)
    }
  }
}
