import { throughAll } from '#shared/application/through-all.ts'
import { DomainError } from '#shared/domain/errors.ts'
import { TicketsUnavailable } from '../domain/sale.ts'
import { makeOffers } from './make-offers.ts'
import type { Ports } from './ports.ts'

/** How often others may be faster before there are none left for whoever asks. */
const mostTries = 5

/** What the rules make impossible: a counter does not have what a hold of it says. */
export const miscounted = (ticketTypeId: string) =>
  new DomainError('unavailable', 'TICKETS_MISCOUNTED', `the counts of ticket type ${ticketTypeId} are wrong`)

/** Frees what has lapsed, of one event or of all: holds, and offers to those who wait, one at a time. */
export const lapseHolds =
  (ports: Ports) =>
  async (signal?: AbortSignal, eventId?: string): Promise<void> => {
    const { holds, waitingList, counts, clock } = ports
    const lapse = async (reservationId: string): Promise<void> => {
      const hold = await holds.find(reservationId)
      const movement = hold?.lapse(clock.now())
      if (hold && movement) counts.move(hold, movement, miscounted)
    }
    const lapseOffer = async (entryId: string): Promise<void> => {
      const entry = await waitingList.find(entryId)
      const held = entry && { eventId: entry.eventId, items: entry.items }
      const movement = entry?.lapse(clock.now())
      if (held && movement) counts.move(held, movement, miscounted)
    }
    await throughAll(ports, 'lapse', (seen) => holds.lapsing(clock.now(), seen, eventId), lapse, signal)
    await throughAll(
      ports,
      'lapse-offer',
      (seen) => waitingList.lapsing(clock.now(), seen, eventId),
      lapseOffer,
      signal,
    )
  }

/**
 * Makes what runs a unit that takes tickets. Nobody is refused for what others only seem to hold, and nobody takes what
 * those are to have who wait: it is freed and offered first, once for all who ask. Who was overtaken while the unit was
 * written looks again, to see that.
 */
export const takingTickets = (ports: Ports) => {
  const lapse = lapseHolds(ports)
  const offer = makeOffers(ports)
  const freeing = new Map<string, Promise<void>>()
  const freeNow = async (eventId: string): Promise<void> => {
    await lapse(undefined, eventId)
    await offer(eventId)
  }
  const free = (eventId: string): Promise<void> => {
    const running = freeing.get(eventId) ?? freeNow(eventId).finally(() => freeing.delete(eventId))
    freeing.set(eventId, running)
    return running
  }
  return async <T>(take: () => Promise<T>): Promise<T> => {
    for (let tries = 1; ; tries += 1) {
      try {
        return await ports.apart('take', take)
      } catch (error) {
        if (!(error instanceof TicketsUnavailable && error.remedy) || tries === mostTries) throw error
        if (error.remedy === 'free') await free(error.eventId)
      }
    }
  }
}

export type TakeTickets = ReturnType<typeof takingTickets>
