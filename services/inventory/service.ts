import { file_troupe_inventory_v1_inventory_events as events } from '#gen/troupe/inventory/v1/inventory_events_pb.ts'
import { InventoryService } from '#gen/troupe/inventory/v1/inventory_service_pb.ts'
import { alreadyExists } from '#shared/domain/errors.ts'
import { createApart } from '#shared/infrastructure/apart.ts'
import { defineContext, type Kernel } from '#shared/presentation/context.ts'
import { route } from '#shared/presentation/route.ts'
import { createInventoryApp, type InventoryApp } from './application/app.ts'
import { createDueWork } from './infrastructure/due-work.ts'
import { expiries } from './infrastructure/expiries.ts'
import { createHolds, createUntold, forgetPerson } from './infrastructure/holds.ts'
import { invariants } from './infrastructure/invariants.ts'
import { createCounts, createInventories, createTicketTypes } from './infrastructure/inventories.ts'
import { migrations } from './infrastructure/migrations.ts'
import { createQueueTickets, readQueueKeys } from './infrastructure/queue-tickets.ts'
import { createReads } from './infrastructure/reads.ts'
import { entities } from './infrastructure/schema.ts'
import { createWaitingList } from './infrastructure/waiting-list.ts'
import { createQueue, createWaitingRooms } from './infrastructure/waiting-rooms.ts'
import { consumers } from './presentation/consumers.ts'
import { inventoryService } from './presentation/inventory-service.ts'

/** Puts inventory's parts together, and what it does by itself. */
export const assemble = (kernel: Kernel): { app: InventoryApp; work: ReturnType<typeof createDueWork> } => {
  const { database, clock, changes, config, env, log } = kernel
  const unit = () => kernel.unit()
  const untold = createUntold(database, unit, () => work.wakeTelling())
  const tellWatchers = (topic: string) => void unit().afterCommit.push(() => changes.notify(topic))
  const app = createInventoryApp({
    inventories: createInventories(unit),
    ticketTypes: createTicketTypes(unit),
    holds: createHolds(database, unit),
    counts: createCounts(unit, untold, tellWatchers),
    reads: createReads(database, clock),
    rooms: createWaitingRooms(database, unit),
    queue: createQueue(database, unit),
    queueTickets: createQueueTickets(readQueueKeys(env, config.masterKey)),
    waitingList: createWaitingList(database, unit),
    untold,
    forget: forgetPerson(unit),
    clock,
    ids: { next: () => unit().next() },
    apart: createApart('inventory', kernel.write),
    passedOver: (purpose, id, error) => log.warn('one was passed over', { purpose, id, error }),
    tellWatchers,
    watch: (topic, signal) => changes.watch(topic, signal),
  })
  const { lapseHolds, tellChanges, letIn } = app
  const work = createDueWork({ database, clock, log, lapseHolds, tellChanges, letIn })
  return { app, work }
}

/** The tickets of published events: how many there are, for whom they are set aside, and who waits for them. */
export const inventory = defineContext({
  name: 'inventory',
  entities,
  migrations,
  events,
  constraints: {
    inventories_once: 'raced',
    holds_once: 'raced',
    waiting_rooms_once: 'raced',
    waiting_list_once: 'raced',
    ticket_types_name: () => alreadyExists('TICKET_TYPE_EXISTS', 'the event has a ticket type of this name'),
  },
  compose: (kernel) => {
    const { app, work } = assemble(kernel)
    return {
      routes: [route(InventoryService, inventoryService(app))],
      consumers: consumers(app),
      work,
      erase: async (userId: string, signal: AbortSignal) => {
        await app.forgetPerson(userId, signal)
        return ['name on holds', 'name on inventories', 'places in waiting rooms', 'entries of waiting lists']
      },
      invariants,
      expiries,
    }
  },
})
