import type { EnvReader } from '#shared/infrastructure/config.ts'
import type { Followers, People } from '../application/ports.ts'

/**
 * Who follows whom, until there is a context that knows: nobody, or, where TROUPE_NOTIFICATION_FOLLOWERS says
 * `everyone`, each account all others.
 */
export const chosenFollowers = (env: EnvReader, people: People): Followers => {
  const who = env.oneOf('TROUPE_NOTIFICATION_FOLLOWERS', ['nobody', 'everyone'], 'nobody')
  return {
    page: async (userId, after, limit) => {
      if (who === 'nobody') return []
      // Whoever is followed stands in the page, which must stay as long as it was asked for.
      const ids = await people.page(after, limit + 1)
      return ids.filter((id) => id !== userId).slice(0, limit)
    },
  }
}
