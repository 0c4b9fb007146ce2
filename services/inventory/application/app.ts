import { addTicketType, updateTicketType } from './change-ticket-types.ts'
import { closeInventory, followEvent, publishInventory } from './follow-event.ts'
import { getAvailability, watchAvailability } from './get-availability.ts'
import type { Ports } from './ports.ts'
import { reserveTickets } from './reserve-tickets.ts'
import { commitTickets, releaseTickets } from './settle-hold.ts'
import { lapseHolds, takingTickets } from './take-tickets.ts'
import { tellChanges } from './tell-changes.ts'

/** Everything inventory can do. */
export const createInventoryApp = (ports: Ports) => {
  const take = takingTickets(ports)
  return {
    getAvailability: getAvailability(ports),
    watchAvailability: watchAvailability(ports),
    addTicketType: addTicketType(ports),
    updateTicketType: updateTicketType(ports),
    reserveTickets: reserveTickets(ports, take),
    commitTickets: commitTickets(ports, take),
    releaseTickets: releaseTickets(ports),
    findHolds: ports.holds.findAll,
    publishInventory: publishInventory(ports),
    followEvent: followEvent(ports),
    closeInventory: closeInventory(ports),
    lapseHolds: lapseHolds(ports),
    tellChanges: tellChanges(ports),
    forgetPerson: ports.forget,
  }
}

export type InventoryApp = ReturnType<typeof createInventoryApp>
