import { addTicketType, updateTicketType } from './change-ticket-types.ts'
import { closeInventory, followEvent, publishInventory } from './follow-event.ts'
import { getAvailability, watchAvailability } from './get-availability.ts'
import { letIn } from './let-in.ts'
import { closeWaitingRoom, openWaitingRoom } from './open-waiting-room.ts'
import type { Ports } from './ports.ts'
import { reserveTickets } from './reserve-tickets.ts'
import { commitTickets, releaseTickets } from './settle-hold.ts'
import { joinQueue, watchQueue } from './stand-in-line.ts'
import { lapseHolds, takingTickets } from './take-tickets.ts'
import { tellChanges } from './tell-changes.ts'
import { claimOffer, forgetPerson, joinWaitingList, leaveWaitingList } from './wait-for-tickets.ts'

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
    openWaitingRoom: openWaitingRoom(ports),
    closeWaitingRoom: closeWaitingRoom(ports),
    joinQueue: joinQueue(ports),
    watchQueue: watchQueue(ports),
    letIn: letIn(ports),
    joinWaitingList: joinWaitingList(ports),
    claimOffer: claimOffer(ports),
    leaveWaitingList: leaveWaitingList(ports),
    listWaitingListEntries: ports.waitingList.page,
    lapseHolds: lapseHolds(ports),
    tellChanges: tellChanges(ports),
    forgetPerson: forgetPerson(ports),
  }
}

export type InventoryApp = ReturnType<typeof createInventoryApp>
