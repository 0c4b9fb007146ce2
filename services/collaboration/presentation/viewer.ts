import type { HandlerContext } from '@connectrpc/connect'
import { caller } from '#shared/presentation/gate.ts'
import { maybeGuest } from '#shared/presentation/guest-access.ts'
import type { Viewer } from '../application/viewers.ts'

/** Who calls: a guest of a session, or an account. Throws TOKEN_REQUIRED for anybody else. */
export const viewerOf = (context: HandlerContext): Viewer => {
  const guest = maybeGuest(context)
  return guest ? { guestId: guest.guestId, sessionId: guest.resource.id } : { userId: caller(context) }
}
