import type { Quota } from '../domain/ports.ts'

/** No limit: until there are subscriptions, everybody may write as many stories as they like. */
export const unlimitedQuota = (): Quota => ({ reserve: async () => {} })
