import { WaitingListOfferedSchema } from '#gen/troupe/inventory/v1/inventory_events_pb.ts'
import { on, type Tells, time } from './tells.ts'

/** What people are told of tickets. */
export const ticketTells: readonly Tells[] = [
  on(
    WaitingListOfferedSchema,
    ({ entryId, userId, ticketTypeName, quantity, partySize, expiresAt }) => ({
      kind: 'tickets_offered',
      to: userId,
      data: {
        path: `/waiting-list/${entryId}`,
        type: ticketTypeName,
        count: quantity,
        extent: quantity < partySize ? 'part' : 'whole',
        expires: time(expiresAt),
      },
    }),
    { ticketTypeName: 'Stalls', quantity: 2, partySize: 2 },
  ),
]
