import type { Database } from './database.ts'
import { type Published, settlePublished } from './outbox.ts'

/** Takes what was published out of the outbox while the relay goes on; one batch at a time. */
export class Settlement {
  private readonly database: Database
  private readonly context: string
  private done: Promise<unknown> = Promise.resolve()
  /** What is published and may be in the outbox still. */
  positions: readonly number[] = []

  constructor(database: Database, context: string) {
    this.database = database
    this.context = context
  }

  /** After `settled`. */
  begin(published: readonly Published[]): void {
    this.done = settlePublished(this.database, this.context, published)
    this.done.catch(() => {}) // thrown where it is waited for
    this.positions = published.map(({ position }) => position)
  }

  /** Waits for the batch under way. Throws when it has not left the outbox: it will be published again. */
  async settled(): Promise<void> {
    const { done } = this
    this.done = Promise.resolve()
    try {
      await done
    } finally {
      this.positions = []
    }
  }
}
