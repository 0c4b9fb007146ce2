/** An iterable whose consumer cancels what feeds it by leaving its loop early. */
export const cancellable = <T>(source: AsyncIterable<T>, cancel: () => void): AsyncIterable<T> => ({
  [Symbol.asyncIterator]() {
    const iterator = source[Symbol.asyncIterator]()
    return {
      next: () => iterator.next(),
      return: async () => {
        cancel()
        return { done: true, value: undefined }
      },
    }
  },
})

/** An AbortController that a signal of the caller's also aborts; `release` lets go of that signal. */
export const linkedController = (signal: AbortSignal | undefined) => {
  const controller = new AbortController()
  if (!signal) return { controller, release: () => {} }
  const forward = () => controller.abort(signal.reason)
  if (signal.aborted) forward()
  else signal.addEventListener('abort', forward, { once: true })
  return { controller, release: () => signal.removeEventListener('abort', forward) }
}
