import type { PreferencesChange, ProfileChange } from '../domain/account-changes.ts'
import { PostalAddress } from '../domain/postal-address.ts'
import type { User } from '../domain/user.ts'
import type { Ports } from './ports.ts'

/** Changes the given parts of the public profile. */
export const updateProfile =
  ({ users }: Ports) =>
  async (userId: string, change: ProfileChange): Promise<User> => {
    const user = await users.get(userId)
    user.updateProfile(change)
    return user
  }

/** Changes language or time zone. Throws INVALID_LANGUAGE or INVALID_TIME_ZONE. */
export const updatePreferences =
  ({ users }: Ports) =>
  async (userId: string, change: PreferencesChange): Promise<User> => {
    const user = await users.get(userId)
    user.updatePreferences(change)
    return user
  }

/** Replaces phone and address. Throws INVALID_ADDRESS. */
export const updateContactInfo =
  ({ users }: Ports) =>
  async (userId: string, phone: string, address: Parameters<typeof PostalAddress.of>[0] | undefined): Promise<User> => {
    const user = await users.get(userId)
    user.updateContact(phone, address && PostalAddress.of(address))
    return user
  }
