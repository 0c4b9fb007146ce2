import type { Migration } from '#shared/infrastructure/migrate.ts'
import { living } from '#shared/infrastructure/personal/living.ts'
import { collaboration } from './0001-collaboration.ts'

export const migrations: readonly Migration[] = [collaboration, living]
