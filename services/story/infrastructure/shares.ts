import { createHash, createHmac } from 'node:crypto'
import type { Kernel } from '#shared/infrastructure/kernel.ts'
import type { Shares } from '../domain/ports.ts'

const insert = `insert into story_shares (id, story_id, token_hash, created_at, expires_at) values ($1, $2, $3, $4, $5)`

/** Share links in Postgres, where only hashes of their secrets are. The secret follows from the id and the mesh's key. */
export const shareRepository = ({ unit, config }: Pick<Kernel, 'unit' | 'config'>): Shares => ({
  add: ({ id, storyId, createdAt, expiresAt }) => {
    const token = createHmac('sha256', config.masterKey).update(`story-share:${id}`).digest('base64url')
    const tokenHash = createHash('sha256').update(token).digest()
    unit().write({ sql: insert, parameters: [id, storyId, tokenHash, createdAt, expiresAt] })
    return token
  },
})
