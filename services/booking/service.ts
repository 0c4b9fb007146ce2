import { file_troupe_booking_v1_booking_events as events } from '#gen/troupe/booking/v1/booking_events_pb.ts'
import { BookingService } from '#gen/troupe/booking/v1/booking_service_pb.ts'
import { createApart } from '#shared/infrastructure/apart.ts'
import { defineContext, type Kernel } from '#shared/presentation/context.ts'
import { route } from '#shared/presentation/route.ts'
import { createBookingApp } from './application/app.ts'
import { bookingProcess } from './application/booking.process.ts'
import { createDueWork } from './infrastructure/due-work.ts'
import { invariants } from './infrastructure/invariants.ts'
import { invariantsAcross } from './infrastructure/invariants-across.ts'
import { createInventory } from './infrastructure/inventory.ts'
import { migrations } from './infrastructure/migrations.ts'
import { createPasses } from './infrastructure/passes.ts'
import { createReads } from './infrastructure/reads.ts'
import { createReservations } from './infrastructure/reservations.ts'
import { entities } from './infrastructure/schema.ts'
import { createTicketCodes } from './infrastructure/ticket-codes.ts'
import { createEvents, createTickets, forgetPerson } from './infrastructure/tickets.ts'
import { bookingService } from './presentation/booking-service.ts'
import { consumers } from './presentation/consumers.ts'

/** Puts booking's parts together, and what it does by itself. */
export const assemble = (kernel: Kernel) => {
  const { database, clock, log, changes, config } = kernel
  const unit = () => kernel.unit()
  const codes = createTicketCodes(database, config.masterKey)
  const app = createBookingApp({
    reservations: createReservations(database, unit, clock),
    tickets: createTickets(unit),
    events: createEvents(database, unit),
    inventory: createInventory(kernel),
    reads: createReads(database, codes),
    codes,
    passes: createPasses(kernel),
    forget: forgetPerson(unit),
    clock,
    ids: { next: () => unit().next() },
    apart: createApart('booking', kernel.write),
    passedOver: (purpose, id, error) => log.warn('one was passed over', { purpose, id, error }),
    watch: (topic, signal) => changes.watch(topic, signal),
  })
  const { withdrawCancelled } = app
  return { app, codes, work: createDueWork({ database, log, withdrawCancelled }) }
}

/** Reservations of tickets, how they are paid, and who comes in. */
export const booking = defineContext({
  name: 'booking',
  entities,
  migrations,
  events,
  compose: (kernel) => {
    const { app, codes, work } = assemble(kernel)
    return {
      routes: [route(BookingService, bookingService(app))],
      consumers: consumers(app),
      processes: [bookingProcess],
      work,
      erase: async (userId: string) => {
        await app.eraseBuyer(userId)
        return ['name on reservations', 'name on tickets', 'name on events']
      },
      invariants: [...invariants, ...invariantsAcross(kernel)],
      start: () => codes.publish(),
    }
  },
})
