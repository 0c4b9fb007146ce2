import type { Expiry } from '#shared/infrastructure/janitor.ts'

const day = 24 * 60 * 60_000
/** Longer than any event can come again. */
const keepMs = 90 * day

/** What people were told, and mails in the local mailbox, need not be kept. */
export const expiries: readonly Expiry[] = [
  { table: 'deliveries', key: 'id', column: 'created_at', keepMs, where: "status <> 'PENDING'" },
  { table: 'fan_outs', key: 'id', column: 'created_at', keepMs, where: "status <> 'RUNNING'" },
  { table: 'mailbox', key: 'key', column: 'at', keepMs: 30 * day },
]
