import type { SaleJournal } from '../../workload/sale/sale-journal.ts'
import { rowsOf } from '../../world.ts'
import { type Check, finder } from '../finding.ts'

/** Every reservation has its process, which is at rest where the reservation is, and leaves nothing open. */
export const checkBookingProcess: Check<SaleJournal> = async (world, journal) => {
  const { add, findings } = finder('booking process')
  const processes = await rowsOf<{ instance: string; at: string; ended: boolean }>(
    world,
    'booking',
    `select instance, state->>'at' as at, ended from processes where process = 'booking'`,
  )
  const commands = await rowsOf<{ instance: string; step: string }>(
    world,
    'booking',
    `select instance, step from process_commands where process = 'booking' and outcome is null`,
  )
  const timers = await rowsOf<{ instance: string; name: string }>(
    world,
    'booking',
    `select instance, name from process_timers where process = 'booking' and outcome is null`,
  )
  const rows = await rowsOf<{ id: string; status: string }>(world, 'booking', 'select id, status from reservations')
  const keyOf = new Map(journal.reservations.map(({ id, key }) => [id, key]))
  const processOf = new Map(processes.map((process) => [process.instance, process]))
  for (const { id, status } of rows) {
    const requests = keyOf.has(id) ? [keyOf.get(id) as string] : []
    const process = processOf.get(id)
    const isAtRest =
      status === 'CONFIRMED' ? process?.at === 'confirmed' : process?.ended === true || process?.at === 'closed'
    if (!process) add('lost', `reservation ${id} began no process`, ...requests)
    else if (!isAtRest) add('stuck', `the process of ${id}, ${status}, is ${process.at}`, ...requests)
  }
  for (const { instance, step } of commands) add('stuck', `${step} of ${instance} is open`)
  for (const { instance, name } of timers) add('stuck', `timer ${name} of ${instance} is open`)
  return findings
}
