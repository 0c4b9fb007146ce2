import { uuidv7 } from '#shared/infrastructure/uuid.ts'
import { openKernel } from '../../shared/tests/open-kernel.ts'
import type { Availability, EventFilter, EventView } from '../application/views.ts'
import type { EventDetails } from '../domain/event-details.ts'
import type { TicketTypeInput } from '../domain/ticket-type.ts'
import { invariants } from '../infrastructure/invariants.ts'
import { assemble, catalog } from '../service.ts'
import { detailsOf, ticketInput } from './event-samples.ts'

/** The catalog context on a database of its own, with a clock that stands still until it is moved. */
export const openCatalog = async (name: string) => {
  const opened = await openKernel(catalog, name)
  const { call, database, kernel } = opened
  const app = assemble(kernel)
  const create = (
    organizer: string,
    parts: Partial<EventDetails> = {},
    types: readonly TicketTypeInput[] = [ticketInput()],
  ): Promise<EventView> => call(() => app.createEvent(organizer, detailsOf(parts), types))
  const note = (eventId: string, version: number, told: Partial<Availability> = {}) =>
    call(async () =>
      app.noteAvailability(eventId, BigInt(version), {
        total: 60,
        available: 60,
        currency: 'EUR',
        lowestPrice: 2500,
        highestPrice: 2500,
        ...told,
      }),
    )
  return {
    ...opened,
    app,
    create,
    publish: async (organizer: string, parts: Partial<EventDetails> = {}): Promise<string> => {
      const { id } = await create(organizer, parts)
      await call(() => app.publishEvent(organizer, id))
      return id
    },
    /** As inventory tells. */
    note,
    search: (filter: Partial<EventFilter> = {}, page = { size: 100, token: '' }) =>
      app.searchEvents({ ...everything, ...filter }, page),
    newOrganizer: () => uuidv7(),
    /** What of the invariants does not hold. */
    violations: async (): Promise<string[]> => {
      const found = await Promise.all(invariants.map(({ sql }) => database.sql(sql)))
      return found.flatMap((rows, index) => rows.map((row) => `${invariants[index]?.name}: ${Object.values(row)[0]}`))
    },
  }
}

export type TestCatalog = Awaited<ReturnType<typeof openCatalog>>

export const everything: EventFilter = {
  text: '',
  category: '',
  near: undefined,
  startsAfter: undefined,
  startsBefore: undefined,
  price: undefined,
  onlyAvailable: false,
  storyId: '',
  order: 'relevance',
}
