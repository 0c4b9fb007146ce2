import type { Kernel } from '#shared/infrastructure/kernel.ts'
import type { Availabilities } from '../application/views.ts'

const note = `update event_search set inventory_version = $2, total = $3, available = $4, currency = $5,
    lowest_price = $6, highest_price = $7
  where event_id = $1 and (inventory_version is null or inventory_version < $2)`

/** What is left of tickets, in Postgres, within the unit of work being run. */
export const availabilityNotes = ({ unit }: Pick<Kernel, 'unit'>): Availabilities => ({
  note: (eventId, version, { total, available, currency = null, lowestPrice = null, highestPrice = null }) => {
    const parameters = [eventId, version, total, available, currency, lowestPrice, highestPrice]
    unit().write({ sql: note, parameters })
  },
})
