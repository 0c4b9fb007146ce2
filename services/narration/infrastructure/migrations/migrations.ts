import type { Migration } from '#shared/infrastructure/migrate.ts'
import { living } from '#shared/infrastructure/personal/living.ts'
import { narration } from './0001-narration.ts'
import { recordings } from './0003-recordings.ts'

export const migrations: readonly Migration[] = [narration, living, recordings]
