import { notFound } from '#shared/domain/errors.ts'
import type { Contact, Ports, Profile } from './ports.ts'

/** Public profiles; unknown and suspended accounts are left out. */
export const batchGetUsers =
  ({ directory }: Ports) =>
  (ids: readonly string[]): Promise<Profile[]> =>
    directory.profiles([...new Set(ids)])

/** How people are reached; unknown and suspended accounts are left out. */
export const batchGetContacts =
  ({ directory }: Ports) =>
  (ids: readonly string[]): Promise<Contact[]> =>
    directory.contacts([...new Set(ids)])

/** One public profile. Throws USER_NOT_FOUND, for a suspended account too. */
export const getUser =
  ({ directory }: Ports) =>
  async (id: string): Promise<Profile> => {
    const [profile] = await directory.profiles([id])
    if (!profile) throw notFound('USER_NOT_FOUND', 'there is no such user')
    return profile
  }
