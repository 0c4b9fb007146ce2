import type { Migration } from '#shared/infrastructure/migrate.ts'
import { narration } from './0001-narration.ts'

export const migrations: readonly Migration[] = [narration]
