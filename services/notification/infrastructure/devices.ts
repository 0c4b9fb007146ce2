import type { Database } from '#shared/infrastructure/database.ts'
import type { UnitOfWork } from '#shared/infrastructure/unit-of-work.ts'
import type { Devices } from '../application/ports.ts'
import { Device, mostDevices } from '../domain/device.ts'

/** The devices in the database. */
export const createDevices = (database: Database, unit: () => UnitOfWork): Devices => ({
  findByToken: async (tokenHash) => (await unit().select(Device, 'token_hash = $1', tokenHash))[0],
  // Of two that are registered at once one may be an eleventh.
  of: (userId) =>
    unit().select(Device, 'user_id = $1 order by registered_at desc, id limit $2::integer', userId, mostDevices),
  add: (device) => unit().add(device),
  remove: (id) => unit().write({ sql: 'delete from devices where id = $1', parameters: [id] }),
  owners: async (userIds) => {
    const rows = await database.sql<{ id: string }>(
      'select distinct user_id as id from devices where user_id = any($1::uuid[])',
      userIds,
    )
    return new Set(rows.map(({ id }) => id))
  },
})
