import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from '../random.ts'
import { Author } from './author.ts'
import { type Journal, newJournal } from './journal.ts'

const workers = 6
const thinkMs = 20

/** Authors at work. */
export interface Workload {
  journal: Journal
  authors: readonly Author[]
  /** Resolves when each of them has had their first answers. */
  begun: Promise<void>
  /** Begins nothing more. */
  stop(): void
  /** Resolves when every call that was begun is answered. */
  done: Promise<void>
  /** Gives up what is not answered. */
  abandon(): void
}

/** Lets authors work on the mesh, each at one thing after another, until stopped. */
export const startWorkload = (
  { url, giveTier }: { url: string; giveTier: (userId: string) => Promise<void> },
  random: Random,
): Workload => {
  const journal = newJournal()
  const stopping = new AbortController()
  const abandoning = new AbortController()
  const authors: Author[] = []
  const begun: Promise<void>[] = []
  const work = async (own: Random, hasBegun: () => void): Promise<void> => {
    // One author does not stay for long, so that accounts are opened all the time.
    while (!stopping.signal.aborted) {
      const author = new Author({ url, giveTier, journal, random: own, signal: abandoning.signal })
      authors.push(author)
      if (!(await author.begin())) return
      await author.act()
      hasBegun()
      for (let left = own.int(20, 60); left > 0 && !stopping.signal.aborted; left -= 1) {
        await author.act()
        await sleep(own.int(0, 2 * thinkMs))
      }
      if (own.chance(0.5)) await author.leave()
    }
  }
  const all = Array.from({ length: workers }, () => {
    const first = Promise.withResolvers<void>()
    begun.push(first.promise)
    return work(random.fork(), first.resolve).finally(first.resolve)
  })
  const done = Promise.all(all).then(() => {})
  return {
    journal,
    authors,
    begun: Promise.all(begun).then(() => {}),
    done,
    stop: () => stopping.abort(),
    abandon: () => abandoning.abort(),
  }
}
