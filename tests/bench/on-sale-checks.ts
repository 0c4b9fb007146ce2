import { meshOperator } from '../chaos/operator.ts'
import { onDatabase } from './database.ts'
import type { Bought, Sale } from './load/buyers.ts'
import type { BenchMesh } from './mesh.ts'

const counted = async (database: string, sql: string): Promise<number> => {
  const [row] = await onDatabase<{ count: string }>(database, sql)
  return Number(row?.count)
}

/** What must not be after a sale, counted in the databases. */
export const brokenIn = async (
  mesh: BenchMesh,
  { eventId }: Pick<Sale, 'eventId'>,
  seats: number,
): Promise<Record<string, number>> => {
  const booking = mesh.databaseOf('booking')
  const sold = await counted(
    booking,
    `select count(*) from tickets where event_id = '${eventId}' and status in ('VALID', 'USED')`,
  )
  const charged = await counted(
    mesh.databaseOf('payment'),
    `select coalesce(sum(times - 1), 0) as count from (select count(*) as times from sandbox_charges
       where status = 'SUCCEEDED' group by reference) charges`,
  )
  const invariants = await meshOperator(mesh).checkInvariants()
  return {
    'oversold tickets': Math.max(0, sold - seats),
    'seats that nobody has': Math.max(0, seats - sold),
    'double charges': charged,
    'invariants of the mesh that are broken': invariants.filter(({ holds }) => !holds).length,
  }
}

/** Whoever came before, by the clock of who asks, and was let in after, or not at all. */
export const unfairIn = (bought: readonly Bought[]): number => {
  const placed = bought.filter(({ position }) => position !== undefined)
  const turnOf = ({ turnUntil }: Bought) => turnUntil ?? Number.POSITIVE_INFINITY
  const byAsking = placed.toSorted((a, b) => a.askedAt - b.askedAt)
  const byPlacing = placed.toSorted((a, b) => Number(a.placedAt) - Number(b.placedAt))
  let unfair = 0
  let next = 0
  let last = { position: 0, turn: Number.NEGATIVE_INFINITY }
  for (const one of byAsking) {
    // All who had their place before this one asked for it.
    for (; next < byPlacing.length && Number(byPlacing[next]?.placedAt) < one.askedAt; next += 1) {
      const before = byPlacing[next] as Bought
      last = { position: Math.max(last.position, Number(before.position)), turn: Math.max(last.turn, turnOf(before)) }
    }
    if (Number(one.position) < last.position || turnOf(one) < last.turn) unfair += 1
  }
  const inLine = placed.toSorted((a, b) => Number(a.position) - Number(b.position))
  const jumped = inLine.filter((one, index) => index > 0 && turnOf(one) < turnOf(inLine[index - 1] as Bought))
  return unfair + jumped.length
}
