import type { Expiry } from '#shared/infrastructure/janitor.ts'

const day = 24 * 60 * 60_000
/** Longer than any event can come again. */
const keepMs = 90 * day

/**
 * What people were told, mails in the local mailbox, and shows that are over with who was there, need not be kept. A show
 * may begin later than its buyers expected: they stay as long as it does.
 */
export const expiries: readonly Expiry[] = [
  { table: 'deliveries', key: 'id', column: 'created_at', keepMs, where: "status <> 'PENDING'" },
  { table: 'fan_outs', key: 'id', column: 'created_at', keepMs, where: "status <> 'RUNNING'" },
  { table: 'shows', key: 'id', column: 'starts_at', keepMs },
  {
    table: 'holders',
    key: 'reservation_id',
    column: 'expected_at',
    keepMs: keepMs + day,
    where: 'not exists (select from shows s where s.id = holders.show_id)',
  },
  { table: 'mailbox', key: 'key', column: 'at', keepMs: 30 * day },
]
