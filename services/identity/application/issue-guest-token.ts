import { guestPassOf } from '../domain/guest-pass.ts'
import type { Ports, SignedToken } from './ports.ts'

/** A token for a person without an account. Throws INVALID_DISPLAY_NAME, INVALID_LIFETIME. */
export const issueGuestToken =
  ({ accessTokens, clock }: Ports) =>
  async (init: Parameters<typeof guestPassOf>[0]): Promise<SignedToken> => {
    const now = clock.now()
    return accessTokens.forGuest(guestPassOf(init, now), now)
  }
