import { createClient } from '@connectrpc/connect'
import { CatalogService } from '#gen/troupe/catalog/v1/catalog_service_pb.ts'
import { InventoryService } from '#gen/troupe/inventory/v1/inventory_service_pb.ts'
import { timestamp } from '#shared/domain/timestamp.ts'
import { callMs, newCredentials, Person, type PersonOptions } from '../person.ts'
import type { EventOnSale } from './sale-journal.ts'

const currency = 'EUR'
const admitPerMinute = 1800
/** So few that kinds are sold out while others are given back; one costs nothing. */
const offered = [
  { name: 'Stalls', priceMinorUnits: 4500n, currency, quantity: 40 },
  { name: 'Balcony', priceMinorUnits: 1950n, currency, quantity: 30 },
  { name: 'Standing', priceMinorUnits: 0n, currency, quantity: 20 },
  { name: 'Front row', priceMinorUnits: 9000n, currency, quantity: 8 },
]

/** Who puts an event on sale. */
export class Organizer extends Person {
  protected readonly expected = new Set<string>()
  private readonly catalog = createClient(CatalogService, this.transport)
  private readonly inventory = createClient(InventoryService, this.transport)
  private readonly signal: AbortSignal

  constructor(options: PersonOptions) {
    super(options, newCredentials())
    this.signal = options.signal
  }

  /** Publishes the event and waits until it is on sale. Undefined when that was not answered. */
  async putOnSale(hasRoom: boolean): Promise<EventOnSale | undefined> {
    if (!(await this.register('Organizer'))) return undefined
    const draft = {
      title: 'An evening of fables',
      category: 'reading',
      startsAt: timestamp(new Date('2041-07-01T18:00:00Z')),
      endsAt: timestamp(new Date('2041-07-01T20:00:00Z')),
      timeZone: 'Europe/Vienna',
      venue: { name: 'Old Mill', capacity: 1000, address: { city: 'Vienna', country: 'AT' } },
      ticketTypes: offered,
    }
    const { response } = await this.call('CreateEvent', (options) => this.catalog.createEvent(draft, options))
    const eventId = response?.event?.id
    if (!eventId) return undefined
    await this.call('PublishEvent', (options) => this.catalog.publishEvent({ eventId }, options))
    const types = await this.typesOf(eventId)
    const room = { eventId, admitPerMinute }
    if (hasRoom) await this.call('OpenWaitingRoom', (options) => this.inventory.openWaitingRoom(room, options))
    return this.signal.aborted ? undefined : { id: eventId, hasRoom, types }
  }

  private async typesOf(eventId: string): Promise<EventOnSale['types']> {
    while (!this.signal.aborted) {
      try {
        const { inventory } = await this.inventory.getAvailability({ eventId }, { timeoutMs: callMs })
        if (inventory) {
          const idOf = new Map(inventory.ticketTypes.map(({ id, name }) => [name, id]))
          return offered.map(({ name, priceMinorUnits, quantity }) => {
            return { id: idOf.get(name) ?? '', name, price: Number(priceMinorUnits), total: quantity }
          })
        }
      } catch {
        // Inventory has not heard of it yet.
      }
      await this.pause()
    }
    return []
  }
}
