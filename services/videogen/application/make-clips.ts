import type { VendorName } from '../domain/job-parts.ts'
import type { Candidate } from '../domain/provider-choice.ts'
import { type ClipVendor, FilmError } from '../domain/vendor.ts'
import type { Clip } from './clip-ports.ts'
import type { Ports } from './ports.ts'
import type { FilmKey } from './studio.ts'

/** As long as a vendor may take for a clip that it accepted. */
const longestMs = 2 * 60 * 60_000

type Chosen = Candidate & { name: VendorName }

/** A film whose clips are asked for, of whom, and in which order. */
export interface ClipsOrder extends FilmKey {
  candidates: readonly Chosen[]
  /** Hears who is asked, before they are. */
  onGiven: (name: VendorName) => Promise<void>
}

const unknown = (reason: string) =>
  new FilmError('lost', reason, 'nobody knows whether a clip was accepted and is paid for')
const unsettled = (retryAfterMs: number) =>
  new FilmError('busy', 'CLIP_UNSETTLED', 'a clip was asked for, and may still be answered', { retryAfterMs })

/** Asks vendors for clips and fetches them: written down first, each once whoever works on it. Throws FilmError. */
export const clipMaker = ({ clips, providers, studio, waits, troubled }: Ports) => {
  /** What became of a clip that somebody asked for and did not live to hear. True: it was accepted. */
  const recover = async (order: ClipsOrder, clip: Clip, signal: AbortSignal): Promise<boolean> => {
    const left = waits.settleMs - clip.ageMs
    if (left > 0) throw unsettled(left)
    const name = clip.provider as VendorName
    const vendor = providers.vendor(name)
    if (!vendor.find) {
      await clips.giveUp(order.jobId, clip.place, 'unknown', 'ANSWER_LOST')
      throw unknown('FILM_UNKNOWN')
    }
    const found = await vendor.find(clip.prompt, clip.askedAt, signal)
    const taken = await clips.known(name, found)
    const ours = found.find((id) => !taken.has(id))
    if (ours === undefined) await clips.withdraw(order.jobId, clip.place)
    else await clips.accept(order.jobId, clip.place, ours)
    return ours !== undefined
  }

  /** Asks one vendor. Undefined: it did not accept, for certain. */
  const ask = async (order: ClipsOrder, clip: Clip, vendor: ClipVendor): Promise<FilmError | undefined> => {
    const key = await clips.ask(order.jobId, clip.place, vendor.name, vendor.clipMicros)
    if (key === undefined) throw unsettled(waits.settleMs)
    try {
      await clips.accept(order.jobId, clip.place, await vendor.submit({ key, prompt: clip.prompt }))
      await providers.noteWell(vendor.name)
      return undefined
    } catch (error) {
      if (!(error instanceof FilmError)) throw error
      // A picture that it does not want to make says nothing of it.
      if (error.reason !== 'FILM_REFUSED')
        await providers.noteFailure(vendor.name, error.reason === 'PROVIDER_CREDENTIALS')
      if (error.failure !== 'lost') {
        await clips.withdraw(order.jobId, clip.place)
        return error
      }
      // It is looked for where that can be.
      if (vendor.find) throw unsettled(waits.settleMs)
      await clips.giveUp(order.jobId, clip.place, 'unknown', error.reason)
      throw unknown('FILM_UNKNOWN')
    }
  }

  const submit = async (order: ClipsOrder, clip: Clip, signal: AbortSignal): Promise<void> => {
    if (clip.state === 'asked' && (await recover(order, clip, signal))) return
    let refusal: FilmError | undefined
    for (const { name } of order.candidates) {
      signal.throwIfAborted()
      await order.onGiven(name)
      refusal = await ask(order, clip, providers.vendor(name))
      if (!refusal) return
      troubled(`a clip of ${name}`, order.jobId, refusal)
    }
    throw refusal ?? new Error('nobody was chosen')
  }

  /** Looks what became of an accepted clip; answers how much of it is there. */
  const follow = async (order: ClipsOrder, clip: Clip, signal: AbortSignal): Promise<number> => {
    const { jobId } = order
    const vendor = providers.vendor(clip.provider as VendorName)
    const news = await vendor.poll(clip.providerJobId, signal)
    if (news.state === 'failed') {
      await clips.giveUp(jobId, clip.place, 'failed', news.reason)
      throw new FilmError('refused', 'CLIP_FAILED', `the provider failed: ${news.reason}`)
    }
    if (news.state === 'done') {
      await studio.keepClip(order, clip.place, await vendor.fetch(news.url, signal), signal)
      await clips.keep(jobId, clip.place)
      return 1
    }
    if (clip.ageMs > longestMs) {
      await clips.giveUp(jobId, clip.place, 'unknown', 'CLIP_TOO_SLOW')
      throw unknown('CLIP_TOO_SLOW')
    }
    return news.share
  }

  /** Goes on with a film's clips; answers how much of them is there, 1 for all. */
  return async (order: ClipsOrder, signal: AbortSignal): Promise<number> => {
    for (const clip of await clips.of(order.jobId))
      if (clip.state === 'planned' || clip.state === 'asked') await submit(order, clip, signal)
      else if (clip.state === 'unknown') throw unknown('FILM_UNKNOWN')
    const all = await clips.of(order.jobId)
    let there = 0
    for (const clip of all) {
      signal.throwIfAborted()
      there += clip.state === 'ready' ? 1 : Math.min(0.99, await follow(order, clip, signal))
    }
    const left = (await clips.of(order.jobId)).filter(({ state }) => state !== 'ready')
    return left.length === 0 ? 1 : there / all.length
  }
}
