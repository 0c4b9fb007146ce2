import { randomBytes } from 'node:crypto'
import { apiKeyText, readApiKey } from '#shared/infrastructure/api-key-text.ts'
import type { ApiKeySecrets } from '../domain/api-key.ts'

/** Keys of 256 bits from the machine's own source of randomness. */
export const createApiKeySecrets = (): ApiKeySecrets => ({
  next: () => {
    const secret = apiKeyText(randomBytes(32))
    const digest = readApiKey(secret)
    if (!digest) throw new Error('an API key of our own cannot be read')
    return { secret, digest }
  },
})
