import type { CompiledWrite } from '#shared/infrastructure/unit-of-work.ts'
import type { Beside } from '../application/ports.ts'
import type { Payment } from '../domain/payment.ts'
import type { Refund } from '../domain/payment-state.ts'

/** Writes what is shown of a payment, and what is kept beside its events. */
export const paymentRow = (payment: Payment, beside: Beside, now: Date): CompiledWrite => {
  const { state } = payment
  const amount = state.amount && Number(state.amount.minorUnits)
  return {
    sql: `insert into payments as p (id, purpose_kind, purpose_id, payer_id, amount, currency, status, is_received,
        method_id, description, failure_reason, external_id, provider, fee, refunded, token, action, next_check_at,
        checks, created_at, updated_at)
      values ($1::uuid, $2::text, $3::uuid, $4::uuid, $5::bigint, $6::text, $7::text, $8::boolean, $9::uuid, $10::text,
        $11::text, $12::text, $13::text, $14::bigint, $15::bigint, coalesce($16::text, ''), $17::jsonb,
        $18::timestamptz, $19::integer, $20::timestamptz, $20::timestamptz)
      on conflict (id) do update set status = excluded.status, is_received = excluded.is_received,
        failure_reason = excluded.failure_reason, external_id = excluded.external_id, fee = excluded.fee,
        refunded = excluded.refunded, token = coalesce($16::text, p.token), action = excluded.action,
        next_check_at = excluded.next_check_at, checks = excluded.checks, updated_at = excluded.updated_at`,
    parameters: [
      payment.id,
      state.purpose?.kind ?? null,
      state.purpose?.id ?? null,
      state.payerId || null,
      amount ?? null,
      state.amount?.currency ?? null,
      payment.status,
      state.isReceived,
      state.methodId || null,
      state.description,
      state.failureReason,
      state.externalId,
      state.provider,
      Number(state.fee?.minorUnits ?? 0n),
      amount === undefined ? 0 : Number(payment.refunded.minorUnits),
      beside.token ?? null,
      beside.action ? JSON.stringify(beside.action) : null,
      beside.nextCheckAt ?? null,
      beside.checks,
      now,
    ],
  }
}

/** Writes what is shown of a refund; one that is undecided is asked about from then on. */
export const refundRow = (paymentId: string, refund: Refund, now: Date, firstCheckAt: Date): CompiledWrite => ({
  sql: `insert into refunds as r (id, payment_id, amount, currency, status, reason, failure_reason, external_id,
      next_check_at, checks, requested_at)
    values ($1::uuid, $2::uuid, $3::bigint, $4::text, $5::text, $6::text, $7::text, $8::text, $9::timestamptz, 0,
      $10::timestamptz)
    on conflict (id) do update set status = excluded.status, failure_reason = excluded.failure_reason,
      external_id = excluded.external_id,
      next_check_at = case when excluded.status = 'PENDING' then r.next_check_at end`,
  parameters: [
    refund.id,
    paymentId,
    Number(refund.amount.minorUnits),
    refund.amount.currency,
    refund.status,
    refund.reason,
    refund.failureReason,
    refund.externalId,
    refund.status === 'PENDING' ? firstCheckAt : null,
    now,
  ],
})
