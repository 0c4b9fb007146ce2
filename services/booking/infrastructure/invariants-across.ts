import { setTimeout as sleep } from 'node:timers/promises'
import { Code, ConnectError } from '@connectrpc/connect'
import { HoldStatus, HoldStatusSchema } from '#gen/troupe/inventory/v1/hold_pb.ts'
import { InventoryService } from '#gen/troupe/inventory/v1/inventory_service_pb.ts'
import { PaymentPurpose, PaymentStatus, PaymentStatusSchema } from '#gen/troupe/payment/v1/payment_pb.ts'
import { PaymentService } from '#gen/troupe/payment/v1/payment_service_pb.ts'
import type { Kernel } from '#shared/infrastructure/kernel.ts'

const pageSize = 500
/** Payments are asked for one by one: the newest are enough for a look. */
const newest = 100
const atOnce = 10
const enough = 10
/** How long events may be on their way. */
const settleMs = 1_000

interface Resting {
  [column: string]: unknown
  id: string
  status: string
  paymentStatus: string
}

type Check = (rows: readonly Resting[]) => Promise<{ row: Resting; what: string }[]>

// What the process is at work on is here already, and not yet there.
const resting = `select id, status, payment_status as "paymentStatus" from reservations
  where status <> 'PENDING' and (status <> 'CONFIRMED' or cancel_reason is null)
    and id::text not in (select instance from process_commands where process = 'booking' and outcome is null)`

const holdsMoney = ({ paymentStatus }: Resting): boolean =>
  ['PAID', 'REFUNDING', 'REFUND_FAILED', 'REFUND_GIVEN_UP'].includes(paymentStatus)

/** What booking, inventory and payment say of the same reservations, each by its own database, is the same. */
export const invariantsAcross = ({ client, database }: Pick<Kernel, 'client' | 'database'>) => {
  const [inventory, payment] = [client(InventoryService), client(PaymentService)]
  const holdsOf: Check = async (rows) => {
    const { holds } = await inventory.findHolds({ reservationIds: rows.map(({ id }) => id) })
    const statusOf = new Map(holds.map(({ reservationId, status }) => [reservationId, status]))
    return rows.flatMap((row) => {
      const hold = statusOf.get(row.id) ?? HoldStatus.RELEASED
      const isRight = hold === (row.status === 'CONFIRMED' ? HoldStatus.COMMITTED : HoldStatus.RELEASED)
      return isRight ? [] : [{ row, what: `its tickets ${HoldStatusSchema.value[hold]?.localName}` }]
    })
  }
  const chargeOf = async (id: string): Promise<PaymentStatus> => {
    try {
      const found = await payment.findPaymentOfPurpose({ purpose: { kind: PaymentPurpose.RESERVATION, id } })
      return found.payment?.status ?? PaymentStatus.UNSPECIFIED
    } catch (error) {
      if (error instanceof ConnectError && error.code === Code.NotFound) return PaymentStatus.UNSPECIFIED
      throw error
    }
  }
  const chargesOf: Check = async (rows) => {
    const charges: PaymentStatus[] = []
    for (let next = 0; next < rows.length; next += atOnce)
      charges.push(...(await Promise.all(rows.slice(next, next + atOnce).map(({ id }) => chargeOf(id)))))
    return rows.flatMap((row, index) => {
      const charge = charges[index] ?? PaymentStatus.UNSPECIFIED
      const isCharged = charge === PaymentStatus.SUCCEEDED || charge === PaymentStatus.PARTIALLY_REFUNDED
      return isCharged === holdsMoney(row)
        ? []
        : [{ row, what: `its charge ${PaymentStatusSchema.value[charge]?.localName}` }]
    })
  }
  /** What was wrong is looked at again, once nothing of it is on its way any more. */
  const lasting = async (check: Check, rows: readonly Resting[]): Promise<string[]> => {
    const wrong = rows.length === 0 ? [] : await check(rows)
    if (wrong.length === 0) return []
    await sleep(settleMs)
    const ids = wrong.map(({ row }) => row.id)
    const again = await database.sql<Resting>(`${resting} and id = any($1::uuid[])`, ids)
    const still = again.length === 0 ? [] : await check(again)
    return still.map(({ row, what }) => `${row.id}: ${row.status}, ${row.paymentStatus}, ${what}`)
  }
  const wrongHolds = async (): Promise<string[]> => {
    const found: string[] = []
    let after = '00000000-0000-0000-0000-000000000000'
    while (found.length < enough) {
      const rows = await database.sql<Resting>(`${resting} and id > $1 order by id limit ${pageSize}`, after)
      const last = rows.at(-1)
      if (!last) break
      found.push(...(await lasting(holdsOf, rows)))
      after = last.id
    }
    return found
  }
  const wrongCharges = async (): Promise<string[]> =>
    lasting(chargesOf, await database.sql<Resting>(`${resting} and total > 0 order by changed_at desc limit ${newest}`))
  return [
    { name: 'what has ended holds no tickets in inventory, and what is confirmed has them', find: wrongHolds },
    { name: 'payment has the money of what is paid, and of what is owed back, and no other', find: wrongCharges },
  ]
}
