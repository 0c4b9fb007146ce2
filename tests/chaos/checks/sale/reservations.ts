import type { ReservationRecord, SaleJournal } from '../../workload/sale/sale-journal.ts'
import { rowsOf } from '../../world.ts'
import { type Check, finder } from '../finding.ts'

interface Row {
  id: string
  user_id: string
  event_id: string
  items: { ticketTypeId: string; quantity: number }[]
  total: string
  status: string
  payment_status: string
  cancel_reason: string | null
}

const wishes = (items: Row['items']): string =>
  items
    .map(({ ticketTypeId, quantity }) => `${quantity} of ${ticketTypeId}`)
    .sort()
    .join(', ')

/** How a reservation must have ended by what its buyer was told. */
const endOf = ({ isCancelled, isLeft, seen }: ReservationRecord): readonly string[] => {
  if (isCancelled) return ['CANCELLED']
  if (isLeft) return ['EXPIRED']
  return seen === 'PENDING' ? [] : [seen]
}

/** Every reservation that was acknowledged is there as it was asked for, and nobody has another; all are at their ends. */
export const checkReservations: Check<SaleJournal> = async (world, journal) => {
  const { add, expectCount, findings } = finder('reservations')
  const rows = await rowsOf<Row>(
    world,
    'booking',
    `select id, user_id, event_id, items, total, status, payment_status, cancel_reason from reservations`,
  )
  const byId = new Map(rows.map((row) => [row.id, row]))
  for (const record of journal.reservations) {
    const { id, key, userId, items, total } = record
    const row = byId.get(id)
    if (!row) {
      add('lost', `reservation ${id}`, key)
      continue
    }
    const isSame = row.user_id === userId && row.event_id === journal.event?.id && Number(row.total) === total
    if (!isSame || wishes(row.items) !== wishes(items)) add('wrong', `reservation ${id} is not what was asked for`, key)
    const ends = endOf(record)
    if (ends.length > 0 && !ends.includes(row.status))
      add('wrong', `reservation ${id} is ${row.status}, and its buyer was told ${ends.join(' or ')}`, key)
  }
  const told = new Map(journal.reservations.map((record) => [record.id, record]))
  for (const { id, status, payment_status: payment, cancel_reason: reason } of rows) {
    const known = told.get(id)
    if (!known) add('doubled', `reservation ${id}, which nobody was told of, is ${status}`)
    const isOver =
      status !== 'PENDING' && !(status === 'CONFIRMED' && reason) && !['REFUNDING', 'REFUND_FAILED'].includes(payment)
    if (!isOver) add('stuck', `reservation ${id} is ${status}, its payment ${payment}`, ...(known ? [known.key] : []))
  }
  expectCount(rows.length, journal.reservations.length, 'reservations')
  return findings
}
