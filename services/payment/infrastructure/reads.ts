import { writtenLimit } from '#shared/application/paging.ts'
import { Money } from '#shared/domain/money.ts'
import type { Database } from '#shared/infrastructure/database.ts'
import type { PaymentView, Reads } from '../application/ports.ts'
import type { Action } from '../application/provider.ts'
import type { PaymentStatus, Refund } from '../domain/payment-state.ts'
import type { PurposeKind } from '../domain/request.ts'
import { sentenceOf } from './sentences.ts'

interface PaymentRow extends Record<string, unknown> {
  id: string
  purpose_kind: PurposeKind
  purpose_id: string
  payer_id: string
  amount: number
  currency: string
  status: PaymentStatus
  method_id: string
  description: string
  failure_reason: string
  external_id: string
  provider: string
  refunded: number
  action: Action | null
  created_at: Date
  updated_at: Date
  refunds: { id: string; amount: number; status: Refund['status']; reason: string; failure: string; at: string }[]
}

// A refund is older than what became of it, and its id says nothing of when.
const columns = `p.*, coalesce((select jsonb_agg(jsonb_build_object('id', r.id, 'amount', r.amount, 'status', r.status,
    'reason', r.reason, 'failure', r.failure_reason, 'at', r.requested_at) order by r.requested_at, r.id)
  from refunds r where r.payment_id = p.id), '[]') as refunds`

const viewOf = (row: PaymentRow): PaymentView => {
  const money = (minorUnits: number) => Money.of(BigInt(minorUnits), row.currency)
  return {
    id: row.id,
    purpose: { kind: row.purpose_kind, id: row.purpose_id },
    payerId: row.payer_id,
    amount: money(row.amount),
    status: row.status,
    methodId: row.method_id,
    description: row.description,
    failureReason: row.failure_reason,
    action: row.action ?? undefined,
    refunded: money(row.refunded),
    refunds: row.refunds.map(({ id, amount, status, reason, failure, at }) => ({
      id,
      amount: money(amount),
      status,
      reason,
      failureReason: failure,
      externalId: '',
      requestedAt: new Date(at),
    })),
    externalId: row.external_id,
    provider: row.provider,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

interface EventRow extends Record<string, unknown> {
  type: string
  data: Record<string, unknown>
  at: Date
  actor: string
  version: number
}

/** Reads what is shown of payments. */
export const createReads = (database: Database): Reads => ({
  payment: async (id) => {
    const [row] = await database.look<PaymentRow>(
      `select ${columns} from payments p where p.id = $1 and p.purpose_id is not null`,
      id,
    )
    return row && viewOf(row)
  },
  ofPurpose: async ({ kind, id }) => {
    const [row] = await database.sql<PaymentRow>(
      `select ${columns} from payments p where p.purpose_kind = $1 and p.purpose_id = $2
       order by p.status in ('FAILED', 'CANCELLED'), p.created_at desc, p.id desc limit 1`,
      kind,
      id,
    )
    return row && viewOf(row)
  },
  payments: async (payerId, before, limit) => {
    const after = before ? 'and (p.created_at, p.id) < ($2::timestamptz, $3::uuid)' : ''
    const rows = await database.sql<PaymentRow>(
      `select ${columns} from payments p where p.payer_id = $1 ${after}
       order by p.created_at desc, p.id desc limit ${writtenLimit(limit)}`,
      payerId,
      ...(before ? [before.time, before.id] : []),
    )
    return rows.slice(0, limit).map(viewOf)
  },
  history: async (id) => {
    const rows = await database.sql<EventRow>(
      `select split_part(event_type, '.', 4) as type, event_data as data, occurred_at as at,
         event_metadata->>'actor' as actor, event_version as version
       from event_store where stream_id = $1 order by event_version`,
      id,
    )
    return rows.map(({ type, data, at, actor, version }) => ({
      event: type,
      text: sentenceOf(type, data),
      at,
      actor,
      version,
    }))
  },
})
