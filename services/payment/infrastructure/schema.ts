import { defineEntity, type EntitySchema, p } from '@mikro-orm/core'
import { Payout } from '../domain/payout.ts'

const PayoutSchema = defineEntity({
  class: Payout,
  tableName: 'payouts',
  properties: {
    id: p.uuid().primary(),
    userId: p.uuid(),
    minorUnits: p.integer(),
    currency: p.text(),
    provider: p.text(),
    destination: p.text(),
    status: p.text().$type<Payout['status']>(),
    failureReason: p.text(),
    externalId: p.text(),
    requestedAt: p.datetime(3),
    settledAt: p.datetime(3).nullable(),
    nextCheckAt: p.datetime(3).nullable(),
    checks: p.integer(),
    revision: p.integer().version(),
  },
})

export const entities = [PayoutSchema] as unknown as readonly EntitySchema[]
