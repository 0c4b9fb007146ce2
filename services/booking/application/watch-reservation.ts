import { hasEnded } from '../domain/reservation-state.ts'
import type { Ports } from './ports.ts'
import type { ReservationView } from './views.ts'

/**
 * A reservation at first, unless its version is known, and whenever it changes; undefined as a sign of life. Ends when
 * nothing more comes of it. Throws RESERVATION_NOT_FOUND, also when its owner leaves.
 */
export const watchReservation = ({ reads, watch }: Pick<Ports, 'reads' | 'watch'>) =>
  async function* (
    userId: string,
    id: string,
    knownVersion: number,
    signal: AbortSignal,
  ): AsyncGenerator<ReservationView | undefined> {
    await reads.reservation(userId, id)
    let known = knownVersion
    for await (const isWoken of watch(id, signal)) {
      const view = await reads.reservation(userId, id)
      if (view.version !== known) yield view
      else if (!isWoken) yield undefined
      known = view.version
      if (hasEnded(view.status, view.payment.status)) return
    }
  }
