import { keepReservationsMs, levelOf } from '../domain/usage.ts'
import type { Ports } from './ports.ts'

/** Frees what has lapsed, a counter at a time. Answers how many reservations that were. */
export const lapseReservations =
  ({ ledger, clock, apart }: Ports) =>
  async (): Promise<number> => {
    const lapsed = await ledger.lapsed(clock.now())
    for (const [counterId, ofCounter] of Map.groupBy(lapsed, (each) => each.counterId)) {
      await apart('lapse', async () => {
        const still = await Promise.all(ofCounter.map(({ key }) => ledger.reservation(key)))
        const held = ofCounter.filter((_, index) => still[index]?.state === 'HELD')
        if (held.length === 0) return
        for (const { key } of held) ledger.mark(key, 'HELD', 'LAPSED')
        ledger.change(counterId, { used: -held.reduce((sum, { amount }) => sum + amount, 0) })
      })
    }
    return lapsed.length
  }

/**
 * Tells who has come to four fifths of a limit, or to its end; who comes to the end at one step hears only that. Reads
 * the counter as it is, so that what changed it often meanwhile is told once.
 */
export const announceUsage =
  ({ ledger, apart }: Ports) =>
  async (): Promise<void> => {
    for (const counterId of await ledger.unannounced()) {
      await apart('announce', async () => {
        const reading = await ledger.reading(counterId)
        const level = reading ? levelOf(reading.used, reading.limit) : 0
        if (!reading || level <= reading.announced || level === 0) return
        const reservation = await ledger.newestReservation(counterId)
        reservation?.announce(level, reading)
        ledger.announced(counterId, reading.version, level)
      })
    }
  }

/** Removes reservations that nobody asks about any more, some at a time. */
export const forgetOldReservations =
  ({ ledger, clock }: Ports) =>
  (): Promise<void> =>
    ledger.forgetOld(new Date(clock.now().getTime() - keepReservationsMs))
