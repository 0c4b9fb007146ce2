import type { Migration } from '#shared/infrastructure/migrate.ts'
import { inventory } from './0001-inventory.ts'
import { waiting } from './0002-waiting.ts'

/** The schema of inventory's database. */
export const migrations: readonly Migration[] = [inventory, waiting]
