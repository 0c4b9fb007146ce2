import { InventoryUpdatedSchema } from '#gen/troupe/inventory/v1/inventory_events_pb.ts'
import { type ConsumerDefinition, react } from '#shared/application/consumers.ts'
import type { CatalogApp } from '../application/app.ts'

/**
 * What catalog does about events: notes what is left of tickets. No projection, which would be replayed: each of them
 * tells all there is, and its row of the search holds more.
 */
export const consumers = (app: CatalogApp): ConsumerDefinition[] => [
  react('availability', [InventoryUpdatedSchema], (event) => {
    const { eventId, inventoryVersion, total, available, lowestPrice, highestPrice } = event
    const prices = [lowestPrice, highestPrice].map((price) => price && Number(price.minorUnits))
    const [lowest, highest] = prices
    const told = { total, available, currency: lowestPrice?.currency, lowestPrice: lowest, highestPrice: highest }
    app.noteAvailability(eventId, inventoryVersion, told)
  }),
]
