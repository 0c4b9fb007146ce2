import type { Clock } from '#shared/domain/clock.ts'
import type { Database } from '#shared/infrastructure/database.ts'
import type { StoredTemplate, TemplateStore } from '../../domain/ports.ts'

/** Texts as storages last had them. */
export interface Copies {
  find(storage: TemplateStore['kind'], path: string): Promise<StoredTemplate | undefined>
  keep(storage: TemplateStore['kind'], path: string, text: StoredTemplate): Promise<void>
  forget(storage: TemplateStore['kind'], path: string): Promise<void>
}

/** Copies in the database: they outlive a restart while a storage is away. */
export const createCopies = (database: Database, clock: Clock): Copies => ({
  find: async (storage, path) => {
    const [row] = await database.sql<{ source: string; etag: string | null }>(
      'select source, etag from template_copies where storage = $1 and path = $2',
      storage,
      path,
    )
    return row && { source: row.source, etag: row.etag ?? undefined }
  },
  keep: async (storage, path, { source, etag }) => {
    await database.sql(
      `insert into template_copies (storage, path, source, etag, fetched_at) values ($1, $2, $3, $4, $5)
       on conflict (storage, path) do update
         set source = excluded.source, etag = excluded.etag, fetched_at = excluded.fetched_at`,
      storage,
      path,
      source,
      etag ?? null,
      clock.now(),
    )
  },
  forget: async (storage, path) => {
    await database.sql('delete from template_copies where storage = $1 and path = $2', storage, path)
  },
})
