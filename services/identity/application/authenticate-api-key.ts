import { isUseNews, type KeyDigest } from '../domain/api-key.ts'
import type { HeldKey, Ports } from './ports.ts'

/** Whom a key acts for; undefined when it is not live or its owner is suspended or gone. Notes that it was used. */
export const authenticateApiKey =
  ({ heldKeys, clock }: Ports) =>
  async (digest: KeyDigest): Promise<HeldKey | undefined> => {
    const now = clock.now()
    const held = await heldKeys.find(digest, now)
    if (held && isUseNews(held.lastUsedAt, now)) await heldKeys.noteUse(held.apiKeyId, now)
    return held
  }
