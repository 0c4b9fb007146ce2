import { createHash } from 'node:crypto'
import type { HashedText } from '../domain/story-parts.ts'

/** A text with its SHA-256. */
export const hashedText = (content: string): HashedText => ({
  content,
  hash: createHash('sha256').update(content).digest('hex'),
})
