interface Ports {
  watch: (topic: string, signal: AbortSignal) => AsyncIterable<boolean>
  troubled: (what: string, id: string, error: unknown) => void
}

interface Wanted {
  /** What is told of when it changes. */
  id: string
  isWanted: () => Promise<boolean>
  /** This process stops. */
  stopping: AbortSignal
}

/**
 * Makes something that takes long, and ends it as soon as nobody wants it any more. `failed` hears of what went wrong, and
 * whether that is because it was ended.
 */
export const whileWanted = async (
  { watch, troubled }: Ports,
  { id, isWanted, stopping }: Wanted,
  make: (signal: AbortSignal) => Promise<void>,
  failed: (error: unknown, isEnded: boolean) => Promise<void>,
): Promise<void> => {
  const [gone, over] = [new AbortController(), new AbortController()]
  const heed = async () => {
    for await (const _ of watch(id, over.signal))
      if (!(await isWanted())) return gone.abort(new Error('nobody wants it any more'))
  }
  const heeding = heed().catch((error: unknown) => troubled('heed', id, error))
  try {
    await make(AbortSignal.any([stopping, gone.signal]))
  } catch (error) {
    await failed(error, gone.signal.aborted || stopping.aborted)
  } finally {
    over.abort()
    await heeding
  }
}
