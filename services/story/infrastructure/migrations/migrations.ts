import type { Migration } from '#shared/infrastructure/migrate.ts'
import { stories } from './0001-stories.ts'
import { analyses } from './0002-analyses.ts'
import { publishings } from './0003-publishings.ts'
import { narrations } from './0004-narrations.ts'
import { publishingParts } from './0005-publishing-parts.ts'
import { collaborators } from './0006-collaborators.ts'
import { draftSearch } from './0007-draft-search.ts'

export const migrations: readonly Migration[] = [
  stories,
  analyses,
  publishings,
  narrations,
  publishingParts,
  collaborators,
  draftSearch,
]
