import type { Migration } from '#shared/infrastructure/migrate.ts'
import { events } from './0001-events.ts'
import { search } from './0002-search.ts'

export const migrations: readonly Migration[] = [events, search]
