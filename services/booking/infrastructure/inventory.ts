import { InventoryService } from '#gen/troupe/inventory/v1/inventory_service_pb.ts'
import { dateOf } from '#shared/domain/timestamp.ts'
import type { Kernel } from '#shared/infrastructure/kernel.ts'
import type { Inventory } from '../application/ports.ts'

/** Tickets are held where they are counted. What is refused there is refused here. */
export const createInventory = ({ client }: Pick<Kernel, 'client'>): Inventory => {
  const inventory = client(InventoryService)
  return {
    hold: async (reservationId, userId, { eventId, items: wishes, queueTicket }) => {
      const order = { reservationId, userId, eventId, items: [...wishes], queueTicket }
      const { hold } = await inventory.reserveTickets(order)
      if (!hold) throw new Error('inventory answered no hold')
      const items = hold.items.map(({ ticketTypeId, name, quantity, unitPrice }) => ({
        ticketTypeId,
        name,
        quantity,
        unitPrice: Number(unitPrice?.minorUnits ?? 0),
        currency: unitPrice?.currency ?? '',
      }))
      return { items, expiresAt: dateOf(hold.expiresAt) ?? new Date(0) }
    },
  }
}
