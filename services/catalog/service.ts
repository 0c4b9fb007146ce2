import { file_troupe_catalog_v1_catalog_events as events } from '#gen/troupe/catalog/v1/catalog_events_pb.ts'
import { precondition } from '#shared/domain/errors.ts'
import type { Kernel } from '#shared/infrastructure/kernel.ts'
import { uuidv7 } from '#shared/infrastructure/uuid.ts'
import { defineContext } from '#shared/presentation/context.ts'
import { type CatalogApp, catalogApp } from './application/app.ts'
import { completionProcess } from './application/completion.process.ts'
import { availabilityNotes } from './infrastructure/availabilities.ts'
import { eventReads } from './infrastructure/event-reads.ts'
import { eventSearch } from './infrastructure/event-search.ts'
import { eventRepository } from './infrastructure/events.ts'
import { invariants } from './infrastructure/invariants.ts'
import { migrations } from './infrastructure/migrations/migrations.ts'
import { entities } from './infrastructure/schema.ts'
import { catalogService } from './presentation/catalog-service.ts'
import { consumers } from './presentation/consumers.ts'

/** Puts catalog's parts together. */
export const assemble = (kernel: Kernel): CatalogApp =>
  catalogApp({
    events: eventRepository(kernel),
    reads: eventReads(kernel),
    search: eventSearch(kernel),
    availabilities: availabilityNotes(kernel),
    clock: kernel.clock,
    ids: { next: () => kernel.unit().next() },
    commit: (run) => kernel.write(uuidv7(), run),
  })

/** Events: drawn up, published, found, cancelled and completed. */
export const catalog = defineContext({
  name: 'catalog',
  entities,
  migrations,
  events,
  constraints: {
    organizers_present: () => precondition('ORGANIZER_LEFT', 'this account is gone'),
  },
  compose: (kernel) => {
    const app = assemble(kernel)
    return {
      routes: [catalogService(app)],
      consumers: consumers(app),
      processes: [completionProcess],
      erase: async (userId, signal) => {
        await app.eraseOrganizer(userId, signal)
        return ['drafts of events', 'how to reach them as an organiser']
      },
      invariants,
    }
  },
})
