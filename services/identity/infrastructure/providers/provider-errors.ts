import { ClientError, ResponseBodyError } from 'openid-client'
import { precondition, unavailable } from '#shared/domain/errors.ts'
import type { Logger } from '#shared/infrastructure/telemetry/logger.ts'

// What comes of a code that was used or made up, and of an id token that belongs to another sign-in.
const refusals = ['OAUTH_INVALID_RESPONSE', 'OAUTH_JWT_CLAIM_COMPARISON_FAILED', 'OAUTH_JWT_TIMESTAMP_CHECK_FAILED']

const isRefusal = (error: unknown): boolean => {
  if (error instanceof ResponseBodyError) return error.status < 500
  if (!(error instanceof ClientError)) return false
  // Facebook's refusals have a form of their own.
  const status = error.cause instanceof Response ? error.cause.status : 0
  return [400, 401, 403].includes(status) || refusals.includes(error.code ?? '')
}

/** What is logged of a failure. The rest is none of a log's business: its cause may hold all that the provider said of somebody. */
const told = (error: unknown): { code: string; message: string } => {
  const { code, message, cause } = error as { code?: unknown; message?: unknown; cause?: { code?: unknown } }
  return { code: String(code ?? cause?.code ?? ''), message: String(message) }
}

/** Runs a call to a provider; says of its failure whether another try may help. */
export const askProvider = async <T>(provider: string, log: Logger, ask: () => Promise<T>): Promise<T> => {
  try {
    return await ask()
  } catch (error) {
    log.warn('a sign-in provider did not answer as it should', { provider, ...told(error) })
    if (isRefusal(error)) throw precondition('OAUTH_REFUSED', `${provider} did not confirm this sign-in; begin again`)
    throw unavailable('OAUTH_PROVIDER_UNAVAILABLE', `${provider} cannot be reached at present; try again`)
  }
}
