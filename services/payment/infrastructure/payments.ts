import { file_troupe_payment_v1_payment_events as eventFile } from '#gen/troupe/payment/v1/payment_events_pb.ts'
import type { Clock } from '#shared/domain/clock.ts'
import { Money } from '#shared/domain/money.ts'
import type { Database } from '#shared/infrastructure/database.ts'
import { eventDecoder } from '#shared/infrastructure/event-codec.ts'
import type { UnitOfWork } from '#shared/infrastructure/unit-of-work.ts'
import type { Payments } from '../application/ports.ts'
import { Payment } from '../domain/payment.ts'
import { paymentNotFound } from '../domain/request.ts'
import { paymentRow, refundRow } from './payment-rows.ts'

/** As many as are asked about at once. */
const atOnce = 20
/** How long after it was asked for who asked for a refund is taken to have crashed. */
const refundCheckMs = 10_000

const decoder = eventDecoder(eventFile.messages)

interface ChargeRow extends Record<string, unknown> {
  token: string
  amount: number
  currency: string
  description: string
  reference: string
  externalId: string
  checks: number
  nextCheckAt: Date | null
}

interface RefundRow extends Record<string, unknown> {
  paymentId: string
  amount: number
  currency: string
  chargeId: string
  externalId: string
  status: string
  checks: number
}

const dueOf = (database: Database, table: string) => async (now: Date, seen: readonly string[]) => {
  const rows = await database.sql<{ id: string }>(
    `select id from ${table} where next_check_at <= $1 and id <> all($2::uuid[]) order by next_check_at limit ${atOnce}`,
    now,
    seen,
  )
  return rows.map(({ id }) => id)
}

/** Payments: their streams of events, and the rows beside them, always written together. */
export const createPayments = (database: Database, unit: () => UnitOfWork, clock: Clock): Payments => {
  const find: Payments['find'] = async (id) => {
    const rows = await database.look<{ event_type: string; payload: Buffer }>(
      'select event_type, payload from event_store where stream_id = $1 order by event_version',
      id,
    )
    if (rows.length === 0) return undefined
    return new Payment(id).replay(
      rows.map(({ event_type, payload }) => {
        const schema = decoder.schema(event_type)
        if (!schema) throw new Error(`there is no event ${event_type}`)
        return { schema, message: decoder.decode(schema, payload) }
      }),
    )
  }
  const recheck = (table: string) => (id: string, at: Date, checks: number) =>
    unit().write({
      sql: `update ${table} set next_check_at = $2::timestamptz, checks = $3::integer
        where id = $1 and next_check_at is not null`,
      parameters: [id, at, checks],
    })
  return {
    find,
    get: async (id) => {
      const payment = await find(id)
      if (!payment) throw paymentNotFound()
      return payment
    },
    save: (payment, beside) => {
      const now = clock.now()
      unit().add(payment)
      unit().write(paymentRow(payment, beside, now))
      const first = new Date(now.getTime() + refundCheckMs)
      for (const refund of payment.state.refunds) unit().write(refundRow(payment.id, refund, now, first))
    },
    takenBy: async ({ kind, id }) => {
      const [row] = await database.sql<{ id: string; isPaid: boolean }>(
        `select id, is_received as "isPaid" from payments
         where purpose_kind = $1 and purpose_id = $2 and status not in ('FAILED', 'CANCELLED')`,
        kind,
        id,
      )
      return row
    },
    charge: async (id) => {
      const [row] = await database.sql<ChargeRow>(
        `select token, amount, currency, description, external_id as "externalId", checks,
           next_check_at as "nextCheckAt", purpose_kind || ':' || purpose_id as reference
         from payments where id = $1 and purpose_id is not null`,
        id,
      )
      if (!row) return undefined
      const { amount, currency, nextCheckAt, ...rest } = row
      return { ...rest, key: id, amount: Money.of(BigInt(amount), currency), nextCheckAt: nextCheckAt ?? undefined }
    },
    recheck: recheck('payments'),
    recheckRefund: recheck('refunds'),
    refund: async (id) => {
      const [row] = await database.sql<RefundRow>(
        `select r.payment_id as "paymentId", r.amount, r.currency, r.status, r.checks, r.external_id as "externalId",
           p.external_id as "chargeId"
         from refunds r join payments p on p.id = r.payment_id where r.id = $1`,
        id,
      )
      if (!row) return undefined
      const { paymentId, checks, externalId, chargeId } = row
      const amount = Money.of(BigInt(row.amount), row.currency)
      const target = chargeId || paymentId
      return { key: id, paymentId, amount, target, externalId, checks, isPending: row.status === 'PENDING' }
    },
    due: dueOf(database, 'payments'),
    dueRefunds: dueOf(database, 'refunds'),
  }
}
