/**
 * What an API key may be for: rpcs without side effects, all others, and beside either those that need a permission
 * which not every account has from the start.
 */
export const apiKeyScopes = ['read', 'write', 'operate'] as const

export type ApiKeyScope = (typeof apiKeyScopes)[number]
