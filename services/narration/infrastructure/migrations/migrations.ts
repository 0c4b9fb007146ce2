import type { Migration } from '#shared/infrastructure/migrate.ts'
import { living } from '#shared/infrastructure/personal/living.ts'
import { narration } from './0001-narration.ts'

export const migrations: readonly Migration[] = [narration, living]
