import type { HandlerContext } from '@connectrpc/connect'
import { caller, callOfHandler } from '#shared/presentation/gate.ts'
import type { Owner } from '../application/confirm-owner.ts'
import type { Operator } from '../domain/operator.ts'
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

/** The signed-in user who calls, with the roles of their token. Throws TOKEN_REQUIRED for anybody else. */
export const operatorOf = (context: HandlerContext): Operator => {
  const { principal } = callOfHandler(context)
  return { userId: caller(context), roles: principal.kind === 'user' ? principal.roles : [] }
}
