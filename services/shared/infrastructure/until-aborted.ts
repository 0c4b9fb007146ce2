/** What comes, until the signal aborts, which does not wait for what is to come next. Throws the signal's reason. */
export async function* untilAborted<T>(source: AsyncIterable<T>, signal: AbortSignal | undefined): AsyncIterable<T> {
  signal?.throwIfAborted()
  if (!signal) return yield* source
  const iterator = source[Symbol.asyncIterator]()
  // One promise a turn: what races against a promise of the signal's own is kept until that is settled.
  let giveUp = () => {}
  const abort = () => giveUp()
  signal.addEventListener('abort', abort, { once: true })
  let isOver = false
  try {
    for (;;) {
      const next = await new Promise<IteratorResult<T>>((resolve, reject) => {
        giveUp = () => reject(signal.reason)
        iterator.next().then(resolve, reject)
      })
      isOver = next.done === true
      if (next.done) return
      yield next.value
      signal.throwIfAborted()
    }
  } finally {
    signal.removeEventListener('abort', abort)
    // A generator that waits takes note of this when it goes on; nobody waits for that.
    if (!isOver) void iterator.return?.()?.catch(() => {})
  }
}
