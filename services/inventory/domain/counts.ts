/** Where a ticket may be. */
export type Place = 'available' | 'held' | 'committed'

/** Tickets that go from one place to another: there are as many of them afterwards. */
export interface Movement {
  from: Place
  to: Place
}

/** held + committed + available = total, always. */
export interface TicketCounts {
  total: number
  available: number
  held: number
  committed: number
}

export const sumOf = (counts: readonly TicketCounts[]): TicketCounts =>
  counts.reduce(
    (sum, each) => ({
      total: sum.total + each.total,
      available: sum.available + each.available,
      held: sum.held + each.held,
      committed: sum.committed + each.committed,
    }),
    { total: 0, available: 0, held: 0, committed: 0 },
  )

export type Availability = 'AVAILABLE' | 'RESERVED' | 'SOLD_OUT'

/** RESERVED: nothing is available, but some are held and may come back. */
export const availabilityOf = ({ available, held }: TicketCounts): Availability => {
  if (available > 0) return 'AVAILABLE'
  return held > 0 ? 'RESERVED' : 'SOLD_OUT'
}
