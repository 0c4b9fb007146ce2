import type { DescMethod } from '@bufbuild/protobuf'
import type { Interceptor } from '@connectrpc/connect'
import { exhausted } from '../domain/errors.ts'
import { type CallContext, callContext, responseKey } from '../infrastructure/call-context.ts'
import type { Database } from '../infrastructure/database.ts'
import { countCall, type RateLimitOutcome, type RateLimitPolicy } from '../infrastructure/rate-limits.ts'
import { rateLimitOf } from './access-rules.ts'

const seconds = (milliseconds: number) => Math.ceil(milliseconds / 1000)

/** The fields of draft-ietf-httpapi-ratelimit-headers. */
const headersOf = (policy: RateLimitPolicy, outcome: RateLimitOutcome): [string, string][] => [
  ['ratelimit-policy', `"${policy.name}";q=${policy.limit};w=${seconds(policy.windowMs)}`],
  ['ratelimit', `"${policy.name}";r=${outcome.remaining};t=${seconds(outcome.retryAfterMs)}`],
]

const addHeaders = (header: Headers | undefined, policy: RateLimitPolicy, outcome: RateLimitOutcome): void => {
  for (const [name, value] of headersOf(policy, outcome)) header?.set(name, value)
}

const refusal = (policy: RateLimitPolicy, outcome: RateLimitOutcome) =>
  exhausted(
    'RATE_LIMITED',
    `at most ${policy.limit} calls of ${policy.name} in ${seconds(policy.windowMs)} s; try again later`,
    {
      retryAfterMs: outcome.retryAfterMs,
      quota: { subject: policy.name, description: `${policy.limit} calls in ${seconds(policy.windowMs)} s` },
    },
  )

const countedAs = (
  { principal, address }: CallContext,
  byAddress: boolean,
  addressMark: (address: string) => string,
): string => {
  if (principal.kind === 'user' && !byAddress) return `user:${principal.userId}`
  if (principal.kind === 'guest' && !byAddress) return `guest:${principal.guestId}`
  return `address:${addressMark(address)}`
}

/** Enforces the limits that rpcs declare. Services are not limited: their callers were. */
export const rateLimiting = (options: {
  database: Database
  scale: number
  clockOffsetMs: () => number
  /** What calls from an address are counted by: see `addressMarks`. */
  addressMark: (address: string) => string
}): Interceptor => {
  const policies = new Map<DescMethod, ReturnType<typeof rateLimitOf>>()
  const policyOf = (method: DescMethod) => {
    if (!policies.has(method)) policies.set(method, rateLimitOf(method, options.scale))
    return policies.get(method)
  }
  return (next) => async (request) => {
    const policy = policyOf(request.method)
    const call = callContext()
    if (!policy || call.principal.kind === 'service') return next(request)
    const outcome = await countCall(
      options.database,
      policy,
      countedAs(call, policy.byAddress, options.addressMark),
      options.clockOffsetMs(),
    )
    if (!outcome.allowed) {
      addHeaders(request.contextValues.get(responseKey)?.header, policy, outcome)
      throw refusal(policy, outcome)
    }
    const response = await next(request)
    addHeaders(response.header, policy, outcome)
    return response
  }
}
