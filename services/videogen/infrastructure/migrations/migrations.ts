import type { Migration } from '#shared/infrastructure/migrate.ts'
import { living } from '#shared/infrastructure/personal/living.ts'
import { videogen } from './0001-videogen.ts'

export const migrations: readonly Migration[] = [videogen, living]
