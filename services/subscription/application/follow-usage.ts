import { throughAll } from '#shared/application/through-all.ts'
import { levelOf } from '../domain/usage.ts'
import type { Ports } from './ports.ts'
import { amountOf, keysOf } from './reserve-usage.ts'

/** Frees what has lapsed, a counter at a time. */
export const lapseReservations =
  (ports: Ports) =>
  (signal?: AbortSignal): Promise<void> => {
    const { ledger, clock } = ports
    const lapse = async (counterId: string): Promise<void> => {
      const now = clock.now()
      const { counter, lapsed } = await ledger.look(counterId, undefined, now)
      if (lapsed.length === 0) return
      // What is held without a counter has nothing to give back.
      if (counter) ledger.change(counterId, { used: -amountOf(lapsed) })
      ledger.lapse(keysOf(lapsed), now)
    }
    return throughAll(ports, 'lapse', (seen) => ledger.lapsing(clock.now(), seen), lapse, signal)
  }

/**
 * Tells who has come to four fifths of a limit, or to its end; who comes to the end at one step hears only that. Reads
 * the counter as it is, so that what changed it often meanwhile is told once.
 */
export const announceUsage =
  (ports: Ports) =>
  (signal?: AbortSignal): Promise<void> => {
    const { ledger } = ports
    const announce = async (counterId: string): Promise<void> => {
      const reading = await ledger.reading(counterId)
      const level = reading ? levelOf(reading.used, reading.limit) : 0
      if (!reading || level <= reading.announced || level === 0) return
      // What is used has one, until two periods later; then nobody asks any more.
      const reservation = await ledger.newestReservation(counterId)
      reservation?.announce(level, reading)
      ledger.announced(counterId, reading.version, level)
    }
    return throughAll(ports, 'announce', ledger.unannounced, announce, signal)
  }
