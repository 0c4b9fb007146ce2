/** Ctrl-C arrives up to three times at once: from the terminal, from npm and from the bootstrap. */
const sameKeyPress = 1_000

/**
 * Calls `stop` at the first wish to end: a signal, or the death of the process that started this one. A signal more
 * than a second later is a second wish, and calls `kill`.
 */
export const onStopSignal = (stop: () => void, kill: () => void): void => {
  let first: number | undefined
  const wish = () => {
    if (first === undefined) {
      first = performance.now()
      stop()
    } else if (performance.now() - first > sameKeyPress) kill()
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, wish)
  process.once('disconnect', wish)
}
