import type { Clock } from '#shared/domain/clock.ts'
import type { Stories } from '../domain/ports.ts'

const atOnce = 50

interface Ports {
  stories: Stories
  clock: Clock
  /** Runs a unit of work of its own and commits it. */
  commit: <T>(run: () => Promise<T>) => Promise<T>
}

/** Archives and deletes all of an author's stories, some at a time. Run again, it goes on where it stopped. */
export const eraseAuthor =
  ({ stories, clock, commit }: Ports) =>
  async (author: string, signal: AbortSignal): Promise<void> => {
    const eraseSome = async (): Promise<number> => {
      const some = await stories.ofAuthor(author, atOnce)
      for (const story of some) {
        story.archive(clock.now())
        story.delete()
        stories.remove(story)
      }
      return some.length
    }
    while ((await commit(eraseSome)) === atOnce) signal.throwIfAborted()
  }
