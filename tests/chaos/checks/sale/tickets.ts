import type { SaleJournal } from '../../workload/sale/sale-journal.ts'
import { rowsOf } from '../../world.ts'
import { type Check, finder } from '../finding.ts'

interface Hold {
  id: string
  status: string
  items: { ticketTypeId: string; quantity: number }[]
}

interface Count {
  id: string
  total: number
  available: number
  held: number
  committed: number
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)

/** What is confirmed has its tickets in booking and in inventory, nothing else has any, and no more are sold than there are. */
export const checkTickets: Check<SaleJournal> = async (world, journal) => {
  const { add, expectCount, findings } = finder('tickets')
  const reservations = await rowsOf<{ id: string; status: string }>(
    world,
    'booking',
    'select id, status from reservations',
  )
  const valid = await rowsOf<{ reservation_id: string; ticket_type_id: string; n: string }>(
    world,
    'booking',
    `select reservation_id, ticket_type_id, count(*) as n from tickets where status in ('VALID', 'USED') group by 1, 2`,
  )
  const holds = await rowsOf<Hold>(world, 'inventory', 'select id, status, items from holds')
  const counts = await rowsOf<Count>(
    world,
    'inventory',
    'select id, total, available, held, committed from ticket_counts',
  )
  const isConfirmed = new Set(reservations.filter(({ status }) => status === 'CONFIRMED').map(({ id }) => id))
  const holdOf = new Map(holds.map((hold) => [hold.id, hold]))
  const ticketsOf = new Map(
    valid.map(({ reservation_id: id, ticket_type_id: type, n }) => [`${id} ${type}`, Number(n)]),
  )
  for (const { id, key, items } of journal.reservations) {
    const hold = holdOf.get(id)
    for (const { ticketTypeId, quantity } of items) {
      const wanted = isConfirmed.has(id) ? quantity : 0
      const has = ticketsOf.get(`${id} ${ticketTypeId}`) ?? 0
      if (has !== wanted)
        add(has < wanted ? 'lost' : 'doubled', `reservation ${id} has ${has} tickets, not ${wanted}`, key)
    }
    if (isConfirmed.has(id) !== (hold?.status === 'COMMITTED'))
      add(
        'wrong',
        `reservation ${id}, ${isConfirmed.has(id) ? '' : 'not '}confirmed, is ${hold?.status} in inventory`,
        key,
      )
  }
  for (const { id, status } of holds) {
    if (status === 'HELD') add('stuck', `tickets are held for ${id}`)
    if (status === 'COMMITTED' && !isConfirmed.has(id))
      add('wrong', `tickets are sold to ${id}, which is not confirmed`)
  }
  for (const { id: type, total } of journal.event?.types ?? []) {
    const count = counts.find(({ id }) => id === type)
    const sold = sum(valid.filter(({ ticket_type_id: id }) => id === type).map(({ n }) => Number(n)))
    const inHolds = sum(
      holds
        .filter(({ status }) => status === 'COMMITTED')
        .flatMap(({ items }) =>
          items.filter(({ ticketTypeId }) => ticketTypeId === type).map(({ quantity }) => quantity),
        ),
    )
    if (sold > total) add('doubled', `${sold} of ${total} tickets of ${type} are sold`)
    expectCount(count?.total ?? 0, total, `tickets of ${type}`)
    expectCount(count?.committed ?? 0, sold, `tickets of ${type} that inventory has sold`)
    expectCount(inHolds, sold, `tickets of ${type} that holds have sold`)
    expectCount(count?.available ?? 0, total - sold, `tickets of ${type} that are free`)
  }
  return findings
}
