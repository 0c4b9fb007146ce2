import type { Clock } from '#shared/domain/clock.ts'
import { Money } from '#shared/domain/money.ts'
import type { Database } from '#shared/infrastructure/database.ts'
import { uuidv7 } from '#shared/infrastructure/uuid.ts'
import type { PaymentProvider, Report } from '../../application/provider.ts'
import { mustBeSigned, sign, unreadable } from './signature.ts'

/** How long what is not taken is sent again. */
const mostAttempts = 12

/** A report, as the sandbox writes it. */
interface Body {
  id: string
  topic: Report['topic']
  key: string
  status: string
  external_id: string
  reason: string
  fee: number
  currency: string
}

/** A row that was decided. */
export type Decided = Omit<Body, 'id' | 'external_id'>

/** What the sandbox calls what it knows by a key. */
export const externalIdOf = (key: string): string => `sandbox_${key}`

/** Writes a report down, which is sent when it is due. */
export const noteReportSql = 'insert into sandbox_reports (id, body, due_at) values ($1::uuid, $2, $3::timestamptz)'

export const reportValues = (decided: Decided, dueAt: Date): readonly unknown[] => {
  const body: Body = { id: uuidv7(dueAt.getTime()), ...decided, external_id: externalIdOf(decided.key) }
  return [body.id, JSON.stringify(body), dueAt]
}

/** Sends a signed report; answers whether it was taken. */
export type Deliver = (body: Buffer, signature: string, signal: AbortSignal) => Promise<boolean>

/** Sends reports to an address. */
export const deliverTo =
  (url: string): Deliver =>
  async (body, signature, signal) => {
    const headers = { 'content-type': 'application/json', 'sandbox-signature': signature }
    const patience = AbortSignal.any([signal, AbortSignal.timeout(5000)])
    const response = await fetch(url, { method: 'POST', headers, body, signal: patience })
    await response.arrayBuffer()
    return response.ok
  }

/** Sends what is due, and again later what was not taken. */
export const createReportSender = (
  { database, clock, secret }: { database: Database; clock: Clock; secret: string },
  deliver: Deliver,
) => {
  const send = async ({ id, body, attempts }: { id: string; body: string; attempts: number }, signal: AbortSignal) => {
    const bytes = Buffer.from(body)
    const isTaken = await deliver(bytes, sign(secret, bytes, clock.now()), signal).catch(() => false)
    if (isTaken || attempts + 1 >= mostAttempts) {
      await database.sql('delete from sandbox_reports where id = $1', id)
      return
    }
    const next = new Date(clock.now().getTime() + 1000 * 2 ** attempts)
    await database.sql('update sandbox_reports set attempts = attempts + 1, due_at = $2 where id = $1', id, next)
  }
  return async (signal: AbortSignal): Promise<void> => {
    const rows = await database.sql<{ id: string; body: string; attempts: number }>(
      'select id, body, attempts from sandbox_reports where due_at <= $1 order by due_at limit 50',
      clock.now(),
    )
    await Promise.all(rows.map((row) => send(row, signal)))
  }
}

const read = (body: Uint8Array): Body => {
  try {
    return JSON.parse(Buffer.from(body).toString()) as Body
  } catch {
    throw unreadable()
  }
}

/** Reads the sandbox's reports. */
export const reportReader =
  (secret: string): PaymentProvider['report'] =>
  (bytes, headers, now) => {
    mustBeSigned(secret, headers['sandbox-signature'], bytes, now)
    const { id, topic, key, status, external_id: externalId, reason, fee, currency } = read(bytes)
    if (typeof id !== 'string' || typeof key !== 'string') throw unreadable()
    const report = { id, topic, key, externalId }
    if (topic !== 'PAYMENT') {
      const transfer = status === 'DONE' ? ({ status, externalId } as const) : ({ status: 'FAILED', reason } as const)
      return { ...report, transfer }
    }
    if (status === 'SUCCEEDED')
      return { ...report, charge: { status, externalId, fee: Money.of(BigInt(fee), currency) } }
    if (status === 'FAILED') return { ...report, charge: { status, reason } }
    return status === 'CANCELLED' ? { ...report, charge: { status } } : report
  }
