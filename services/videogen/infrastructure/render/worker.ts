import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { MessagePort } from 'node:worker_threads'
import type { ScenePlan } from '../../domain/scene-plan.ts'
import { type FilmPainter, openFilmPainter } from './film-painter.ts'

export interface Drawing {
  /** Which of the films of this process. */
  film: number
  plan: ScenePlan
  hasCaptions: boolean
  seed: string
}

export interface DrawJob extends Drawing {
  /** Where frames go, each in a buffer that comes back when it is not needed any more. */
  port: MessagePort
  /** Pictures a second. */
  rate: number
  from: number
  count: number
}

/** How many frames are drawn ahead. */
const ahead = 3

// Every frame is read into memory of its own. Taken back at once, it is used again; left to the collector, which does not
// count it, the system has to find new pages for each, which takes longer than drawing.
setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as (options: { type: 'minor' }) => void

/** The film that was drawn last: its next part goes on with what is painted. */
let last: { film: number; painter: FilmPainter } | undefined

const painterOf = ({ film, plan, hasCaptions, seed }: Drawing): FilmPainter => {
  if (last?.film !== film) last = { film, painter: openFilmPainter(plan, hasCaptions, seed) }
  return last.painter
}

/** Draws frames one after another, no faster than they are taken. */
export const draw = async (job: DrawJob): Promise<void> => {
  const { port, rate, from, count } = job
  const painter = painterOf(job)
  const free: ArrayBuffer[] = []
  let wake = () => {}
  port.on('message', (buffer: ArrayBuffer) => {
    free.push(buffer)
    wake()
  })
  try {
    for (let at = 0; at < count; at += 1) {
      while (at >= ahead && free.length === 0) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      const pixels = painter.paint(((from + at) * 1000) / rate).data()
      const frame = new Uint8Array(free.pop() ?? new ArrayBuffer(pixels.byteLength))
      frame.set(pixels)
      port.postMessage(frame.buffer, [frame.buffer])
      // Lets go of the pixels, and hears what came back.
      await new Promise(setImmediate)
      collect({ type: 'minor' })
    }
  } finally {
    port.close()
  }
}

export interface StillJob extends Omit<Drawing, 'film' | 'hasCaptions'> {
  ms: number
}

/** One picture without captions, as a JPEG. */
export const still = ({ plan, seed, ms }: StillJob): Promise<Uint8Array> =>
  openFilmPainter(plan, false, seed).paint(ms).encode('jpeg', 88)
