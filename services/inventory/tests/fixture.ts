import { create, type DescMessage, type MessageInitShape } from '@bufbuild/protobuf'
import { EventPublishedSchema } from '#gen/troupe/catalog/v1/catalog_events_pb.ts'
import { timestamp } from '#shared/domain/timestamp.ts'
import { Changes } from '#shared/infrastructure/changes.ts'
import type { Kernel } from '#shared/infrastructure/kernel.ts'
import { connectNats } from '#shared/infrastructure/nats.ts'
import { uuidv7 } from '#shared/infrastructure/uuid.ts'
import { suiteNats } from '../../../tests/suite-nats.ts'
import { testLog as log } from '../../shared/tests/fixture.ts'
import { openKernel } from '../../shared/tests/open-kernel.ts'
import { violationsOf } from '../../shared/tests/rivals.ts'
import type { Wish } from '../domain/hold.ts'
import { invariants } from '../infrastructure/invariants.ts'
import { consumers } from '../presentation/consumers.ts'
import { assemble, inventory } from '../service.ts'

export const minute = 60_000
export const hour = 60 * minute

/** An event to sell tickets of, and its types by name. */
export interface TestEvent {
  id: string
  organizer: string
  types: Record<string, string>
}

interface Reserving {
  id?: string
  forMs?: number
  /** The organiser unless said. */
  userId?: string
  /** Of the line, or of an offer. */
  ticket?: string
}

type Told = MessageInitShape<typeof EventPublishedSchema>

/** Inventory on a database of its own, with a clock that stands still until it is moved. */
export const openInventory = async (name: string) => {
  const server = await suiteNats()
  const nats = await connectNats([server.url], 'test', log)
  const changes = new Changes(nats, 'inventory', () => {})
  const onStored = (events: readonly { streamId: string }[]) => {
    for (const event of events) changes.notify(event.streamId)
  }
  const { kernel: made, ...opened } = await openKernel(inventory, name, { onStored })
  const { call, clock, database } = opened
  const warnings: unknown[] = []
  const warn = (_: string, metadata: unknown) => void warnings.push(metadata)
  const kernel: Kernel = { ...made, changes, log: { ...made.log, warn } }
  const { app, work } = assemble(kernel)
  const [events] = consumers(app)
  const info = () => ({ id: uuidv7(), aggregateId: '', aggregateVersion: 1, occurredAt: clock.now() })
  /** Does what the consumer does about an event of catalog's. */
  const hear = <Schema extends DescMessage>(schema: Schema, init: MessageInitShape<Schema>) =>
    call(async () => events?.handle(create(schema, init) as never, info()))
  const soon = (hours: number) => timestamp(new Date(clock.now().getTime() + hours * hour))
  const reserve = (event: TestEvent, items: Record<string, number>, more: Reserving = {}) => {
    const { id = uuidv7(), forMs = 10 * minute, userId = event.organizer, ticket = '' } = more
    const wishes = Object.entries(items).map(
      ([type, quantity]): Wish => ({ ticketTypeId: event.types[type] ?? type, quantity }),
    )
    const order = { reservationId: id, eventId: event.id, userId, items: wishes }
    return call(() => app.reserveTickets(order, forMs, ticket))
  }
  return {
    ...opened,
    app,
    work,
    kernel,
    changes,
    /** What was logged that is not as it should be. */
    warnings,
    hear,
    soon,
    /** An event that catalog has published, with so many tickets of each type, the first the cheapest. */
    newEvent: async (totals: Record<string, number>, told: Told = {}): Promise<TestEvent> => {
      const types = Object.fromEntries(Object.keys(totals).map((type) => [type, uuidv7()]))
      const event = { id: uuidv7(), organizer: uuidv7(), types }
      const ticketTypes = Object.entries(totals).map(([type, quantity], index) => ({
        id: types[type] ?? '',
        name: type,
        quantity,
        perOrderLimit: 10,
        price: { minorUnits: BigInt(1000 * (index + 1)), currency: 'EUR' },
      }))
      const times = { startsAt: soon(48), endsAt: soon(50) }
      const facts = { eventId: event.id, organizerId: event.organizer, version: 2, ticketTypes }
      await hear(EventPublishedSchema, { ...facts, ...times, ...told } as never)
      return event
    },
    reserve,
    commit: (id: string) => call(() => app.commitTickets(id)),
    release: (id: string) => call(() => app.releaseTickets(id)),
    /** available, held, sold. */
    counts: async (event: TestEvent, type?: string): Promise<[number, number, number]> => {
      const view = await app.getAvailability(event.id)
      const found = type ? view.types.find(({ id }) => id === event.types[type])?.counts : view.counts
      return [found?.available ?? -1, found?.held ?? -1, found?.committed ?? -1]
    },
    sql: (text: string, ...values: unknown[]) => database.sql(text, ...values),
    violations: () => violationsOf(database, invariants),
    close: async () => {
      await nats.close()
      await server.stop()
      await opened.close()
    },
  }
}

export type TestInventory = Awaited<ReturnType<typeof openInventory>>
