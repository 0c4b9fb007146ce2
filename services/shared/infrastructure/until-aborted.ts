/** Content as it comes, until the signal aborts, which does not wait for the chunk that is to come next. */
export async function* untilAborted<T>(content: AsyncIterable<T>, signal: AbortSignal | undefined): AsyncIterable<T> {
  signal?.throwIfAborted()
  if (!signal) return yield* content
  const aborted = Promise.withResolvers<never>()
  aborted.promise.catch(() => {})
  const abort = () => aborted.reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  const iterator = content[Symbol.asyncIterator]()
  let isOver = false
  try {
    for (;;) {
      const { done, value } = await Promise.race([iterator.next(), aborted.promise])
      isOver = done === true
      if (isOver) return
      yield value
      signal.throwIfAborted()
    }
  } finally {
    signal.removeEventListener('abort', abort)
    // A generator that waits takes note of this when it goes on; nobody waits for that.
    if (!isOver) void iterator.return?.()?.catch(() => {})
  }
}
