import { invalid } from '#shared/domain/errors.ts'
import { displayNameOf } from './display-name.ts'

const longestMs = 24 * 60 * 60_000

/** A person without an account, let in to one resource for a while. */
export interface GuestPass {
  guestId: string
  displayName: string
  resource: { type: string; id: string }
  expiresAt: Date
}

/** Throws INVALID_DISPLAY_NAME, and INVALID_LIFETIME for none or more than 24 hours. */
export const guestPassOf = (
  { displayName, lifetimeMs, ...init }: Omit<GuestPass, 'expiresAt'> & { lifetimeMs: number },
  now: Date,
): GuestPass => {
  if (!(lifetimeMs >= 1000 && lifetimeMs <= longestMs)) {
    throw invalid('lifetime', 'INVALID_LIFETIME', 'must be between a second and 24 hours')
  }
  // Tokens tell time in whole seconds; a pass never lasts longer than was asked for.
  const expiresAt = new Date(Math.floor((now.getTime() + lifetimeMs) / 1000) * 1000)
  return { ...init, displayName: displayNameOf(displayName), expiresAt }
}
