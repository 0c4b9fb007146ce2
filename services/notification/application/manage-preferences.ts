import { allWishes, noWishes, Preference, type WishChange, type Wishes } from '../domain/preference.ts'
import type { Ports } from './ports.ts'
import { readingOf } from './tell.ts'

/** What applies to somebody. */
export type PreferencesView = Omit<Wishes, 'modes'> & { channels: ReturnType<typeof allWishes> }

const viewOf = async ({ people }: Ports, userId: string, wishes: Wishes): Promise<PreferencesView> => {
  const person = (await people.find([userId])).get(userId)
  const { quietHours, digestTime } = wishes
  return { ...readingOf(wishes, person), quietHours, digestTime, channels: allWishes(wishes) }
}

export const getPreferences = (ports: Ports) => async (userId: string) =>
  viewOf(ports, userId, (await ports.preferences.find(userId)) ?? noWishes)

const preferenceOf = async ({ preferences }: Ports, userId: string): Promise<Preference> => {
  const known = await preferences.find(userId)
  if (known) return known
  const made = Preference.of(userId)
  preferences.add(made)
  return made
}

/** Throws what Preference.change does, and USER_NOT_FOUND. */
export const updatePreferences = (ports: Ports) => async (userId: string, change: WishChange) => {
  await ports.people.mustLive(userId)
  const preference = await preferenceOf(ports, userId)
  preference.change(change)
  return viewOf(ports, userId, preference)
}

/**
 * Ends mails of a kind for whom a mail with the token was sent to; of who has left nothing is kept. Throws
 * UNSUBSCRIBE_TOKEN_INVALID.
 */
export const unsubscribe =
  (ports: Ports) =>
  async (token: string): Promise<string> => {
    const { userId, kind } = ports.unsubscribeTokens.read(token)
    if ((await ports.people.gone([userId])).size > 0) return kind
    await ports.people.mustLive(userId)
    const preference = await preferenceOf(ports, userId)
    preference.unsubscribe(kind)
    return kind
  }
