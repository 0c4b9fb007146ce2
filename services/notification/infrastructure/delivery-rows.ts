import { Delivery } from '../domain/delivery.ts'
import type { DeliveryState } from '../domain/delivery-state.ts'

/** Columns of what a delivery knows of itself, with their types, by the state's names. */
const types = {
  id: 'uuid',
  sourceEventId: 'uuid',
  recipientId: 'uuid',
  channel: 'text',
  kind: 'text',
  template: 'text',
  campaignId: 'uuid',
  data: 'jsonb',
  aboutId: 'uuid',
  status: 'text',
  dueAt: 'timestamptz',
  digestId: 'uuid',
  attempts: 'integer',
  setbacks: 'integer',
  itemsLeft: 'boolean',
  handedOver: 'boolean',
  failure: 'text',
  provider: 'text',
  providerId: 'text',
  addressHash: 'text',
  madeFrom: 'text',
  createdAt: 'timestamptz',
  sentAt: 'timestamptz',
  deliveredAt: 'timestamptz',
  openedAt: 'timestamptz',
  readAt: 'timestamptz',
  clickedAt: 'timestamptz',
} as const satisfies Record<keyof DeliveryState, string>

/** What is never changed once a delivery is there. */
const fixed = new Set(['id', 'sourceEventId', 'recipientId', 'channel', 'kind', 'template', 'campaignId', 'createdAt'])

const names = Object.keys(types) as (keyof DeliveryState)[]
const columnOf = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
const columns = names.map(columnOf).join(', ')
const typed = names.map((name) => `"${name}" ${types[name]}`).join(', ')
const values = names.map((name) => `r."${name}"`).join(', ')

/** All of it, by the state's names. */
export const stateColumns = names.map((name) => `${columnOf(name)} as "${name}"`).join(', ')

/** New deliveries, each inside the platform with its reader's next number: of rows ($1), readers ($2), correlation ($3). */
export const insertDeliveries = `insert into deliveries (${columns}, is_urgent, revision, correlation_id, sequence)
  select ${values}, r."isUrgent", r.revision, $3, s.sequence
  from jsonb_to_recordset($1::jsonb) as r(${typed}, "isUrgent" boolean, revision integer)
  left join next_sequences($2::uuid[]) s on r.channel = 'in_app' and s.user_id = r."recipientId"
  on conflict (id) do nothing`

const sets = names.filter((name) => !fixed.has(name)).map((name) => `${columnOf(name)} = r."${name}"`)

/** Changed deliveries, as far as they stand as they were read: of rows ($1), a pause in milliseconds ($2). */
export const updateDeliveries = `update deliveries d set ${sets.join(', ')}, revision = d.revision + r.steps,
    claimed_until = case when d.items_left and r."itemsLeft" then d.claimed_until
      else least(d.claimed_until, clock_timestamp()) end,
    retry_at = clock_timestamp() + $2 * interval '1 millisecond'
  from jsonb_to_recordset($1::jsonb) as r(${typed}, revision integer, steps integer)
  where d.id = r.id and d.revision = r.revision returning 1`

/** As a row is read: what is absent is undefined. */
export const deliveryOf = ({ revision, ...row }: Record<string, unknown> & { revision: number }): Delivery => {
  const state = Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value ?? undefined]))
  return Delivery.from(state as unknown as DeliveryState, revision)
}
