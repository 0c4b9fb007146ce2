import { invalid, precondition } from '../../domain/errors.ts'
import { backlogs } from './backlog.ts'
import type { MeshParts } from './parts.ts'

/** The reason for refusing a time before the present one. */
export const clockIsAhead = 'CLOCK_IS_AHEAD'

/** Where the timestamps of protobuf end; what is further no date can be. */
const endOfTime = new Date(Date.UTC(10_000, 0))

/** One context's clock, and whether it has come to rest. */
export const contextClock = (parts: MeshParts) => {
  const { clock, context, database, dueWork } = parts
  let lastRelayed: number | undefined

  /**
   * Consumers are asked before processes and processes before the outbox, the way that work moves on. Events that
   * passed the outbox since the last time were work as well: when every context is at rest twice in a row, there was
   * a moment between at which all outboxes were empty at once, so no event can have slipped by from one to another.
   */
  const work = async (): Promise<string[]> => {
    const busy = (await backlogs(parts)).flatMap(({ consumer, source, pending, redriving, isSubscribed }) => {
      if (pending > 0) return [`consumer ${consumer}: ${pending} of ${source}`]
      if (redriving > 0) return [`consumer ${consumer}: ${redriving} dead letters to redrive`]
      return isSubscribed ? [] : [`consumer ${consumer}: not reading ${source} yet`]
    })
    const areQuiet = await Promise.all(dueWork.map((work) => work.isQuiet(clock.now())))
    if (areQuiet.includes(false)) busy.push('something is due: a command, a timer, or work of the context')
    const [row] = await database.sql<{ waiting: number; relayed: number }>(
      `select (select count(*) from outbox) as waiting,
         coalesce((select last_sequence from relay_state where stream = $1), 0) as relayed`,
      context,
    )
    const { waiting, relayed } = row as { waiting: number; relayed: number }
    if (waiting > 0) busy.push(`outbox: ${waiting} events`)
    else if (lastRelayed !== undefined && relayed !== lastRelayed) busy.push('outbox: events left it just now')
    lastRelayed = relayed
    return busy
  }

  return {
    get: async (): Promise<{ now: Date; nextDue: Date | undefined; waitsFor: string[] }> => {
      await clock.load()
      const waitsFor = await work()
      const dues = (await Promise.all(dueWork.map((work) => work.nextDue()))).filter((due) => due !== undefined)
      const nextDue = dues.toSorted((a, b) => a.getTime() - b.getTime())[0]
      return { now: clock.now(), nextDue, waitsFor }
    },

    /**
     * Moves the clock forward. Throws CLOCK_IS_AHEAD for a time before the present one, OUT_OF_RANGE for one that no
     * timestamp can be, TIME_TRAVEL_OFF.
     */
    set: async (time: Date): Promise<void> => {
      if (!(time < endOfTime)) throw invalid('now', 'OUT_OF_RANGE', 'must be before the year 10000')
      await clock.load()
      if (time < clock.now()) throw precondition(clockIsAhead, `the clock of ${context} is past ${time.toISOString()}`)
      await clock.travelTo(time)
    },
  }
}
