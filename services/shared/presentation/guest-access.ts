import { type DescMethod, getOption } from '@bufbuild/protobuf'
import type { HandlerContext } from '@connectrpc/connect'
import { access } from '#gen/troupe/mesh/v1/options_pb.ts'
import { denied } from '../domain/errors.ts'
import { callKey, type Guest } from '../infrastructure/call-context.ts'

/** Throws ACCOUNT_REQUIRED unless the rpc lets in guests of resources like the guest's. */
export const mustAdmitGuest = (method: DescMethod, { resource }: Guest): void => {
  if (getOption(method, access).guestsOf === resource.type) return
  throw denied('ACCOUNT_REQUIRED', 'this is for people with an account; guests may not')
}

/**
 * The guest who calls; undefined for anybody else. The gate knows of the type of their resource alone: that the call is
 * about that one and no other is for the use case to see.
 */
export const maybeGuest = (context: HandlerContext): Guest | undefined => {
  const principal = context.values.get(callKey)?.principal
  return principal?.kind === 'guest' ? principal : undefined
}
