import { Wakeup } from '../wakeup.ts'
import { takeLease } from './lease.ts'
import { type ReaderOptions, Reading } from './reading.ts'

const retryMs = 500

/** Reads one source for one consumer for as long as it holds the lease; takes part in the race for it else. */
export class Reader {
  private readonly options: ReaderOptions
  private readonly stopping = new AbortController()
  private readonly wakeup = new Wakeup()
  private running: Promise<void> | undefined

  constructor(options: ReaderOptions) {
    this.options = options
  }

  start(): void {
    this.running = this.run()
  }

  async stop(): Promise<void> {
    this.stopping.abort()
    this.wakeup.wake()
    await this.running
  }

  private async run(): Promise<void> {
    const { database, definition, source, holder, log } = this.options
    for (let failures = 0; !this.stopping.signal.aborted; ) {
      try {
        const lease = await takeLease(database, definition.name, source, holder)
        if (lease) await new Reading(this.options, lease, this.stopping.signal).run()
        failures = 0
        await this.wakeup.wait(retryMs, this.stopping.signal)
      } catch (error) {
        failures += 1
        if (failures % 10 === 1 && !this.stopping.signal.aborted) {
          log.warn('consumer waits', { consumer: definition.name, source, error })
        }
        await this.wakeup.wait(Math.min(100 * 2 ** failures, 2000), this.stopping.signal)
      }
    }
  }
}
