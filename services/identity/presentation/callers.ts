import type { HandlerContext } from '@connectrpc/connect'
import { caller, callOfHandler } from '#shared/presentation/gate.ts'
import type { Owner } from '../application/confirm-owner.ts'
import type { Device } from '../domain/session.ts'

/** From what and where a call comes. */
export const deviceOf = (context: HandlerContext): Device => ({
  device: (context.requestHeader.get('user-agent') ?? '').slice(0, 200),
  address: callOfHandler(context).address,
})

/** The signed-in user who calls, with session and address. Throws TOKEN_REQUIRED for anybody else. */
export const ownerOf = (context: HandlerContext): Owner => {
  const { principal, address } = callOfHandler(context)
  return { userId: caller(context), sessionId: principal.kind === 'user' ? principal.sessionId : '', address }
}
