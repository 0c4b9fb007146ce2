import { once } from 'node:events'
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { Piscina } from 'piscina'
import type { Drawing, DrawJob, StillJob } from './worker.ts'

const maxThreads = 2
const idleMs = 20_000

export interface Stretch extends Drawing {
  rate: number
  from: number
  count: number
}

/** Draws films, in threads of its own: it holds up nothing else. */
export interface Studio {
  /** Raw frames, RGBA; each is only to be read until the next is asked for. Whoever stops early stops the drawing. */
  frames(stretch: Stretch, signal: AbortSignal): AsyncIterable<Uint8Array>
  still(job: StillJob, signal: AbortSignal): Promise<Uint8Array>
  close(): Promise<void>
}

/** So much of what comes by a port. A thread with nothing to do stands still: that it closed its port is not heard then. */
async function* received(port: MessagePort, count: number, signal: AbortSignal): AsyncIterable<ArrayBuffer> {
  const waiting: ArrayBuffer[] = []
  const more = new EventTarget()
  port.on('message', (buffer: ArrayBuffer) => {
    waiting.push(buffer)
    more.dispatchEvent(new Event('more'))
  })
  for (let taken = 0; taken < count; taken += 1) {
    signal.throwIfAborted()
    if (waiting.length === 0) await once(more, 'more', { signal })
    yield waiting.shift() as ArrayBuffer
  }
}

export const openStudio = (): Studio => {
  const pool = new Piscina({
    filename: new URL('./worker.ts', import.meta.url).href,
    minThreads: 0,
    maxThreads,
    idleTimeout: idleMs,
    resourceLimits: { maxOldGenerationSizeMb: 512 },
  })
  async function* frames(stretch: Stretch, signal: AbortSignal): AsyncIterable<Uint8Array> {
    const { port1: ours, port2: theirs } = new MessageChannel()
    const stop = new AbortController()
    const either = AbortSignal.any([signal, stop.signal])
    const job: DrawJob = { ...stretch, port: theirs }
    const drawn = pool.run(job, { name: 'draw', transferList: [theirs], signal: either })
    // A thread that fails closes nothing by itself.
    drawn.catch((error: unknown) => stop.abort(error))
    let isDone = false
    try {
      for await (const buffer of received(ours, stretch.count, either)) {
        yield new Uint8Array(buffer)
        ours.postMessage(buffer, [buffer])
      }
      await drawn
      isDone = true
    } finally {
      ours.close()
      if (!isDone) stop.abort(new Error('nobody takes its frames any more'))
    }
  }
  return {
    frames,
    still: (job, signal) => pool.run(job, { name: 'still', signal }),
    close: () => pool.destroy(),
  }
}
