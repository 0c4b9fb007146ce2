import type { DescMethod } from '@bufbuild/protobuf'
import type { HandlerContext } from '@connectrpc/connect'
import { denied, unauthenticated } from '../domain/errors.ts'
import type { Authenticator } from '../infrastructure/authenticator.ts'
import type { Authorizer } from '../infrastructure/authorizer.ts'
import {
  actorOf,
  admissionKey,
  type CallContext,
  callKey,
  localCallerKey,
  type Principal,
  responseKey,
} from '../infrastructure/call-context.ts'
import type { Logger } from '../infrastructure/telemetry/logger.ts'
import { isUuid, uuidv7 } from '../infrastructure/uuid.ts'
import { type AccessRule, accessRuleOf, defaultDeadlineOf } from './access-rules.ts'
import { codeName, isUnexpected, toAnswer } from './errors.ts'
import { mustAdmitGuest } from './guest-access.ts'
import { mustAdmitKey } from './key-access.ts'

export interface GateOptions {
  context: string
  authenticator: Authenticator
  authorizer: Authorizer
  /** Hears of what nobody expected. */
  log: Pick<Logger, 'error'>
  /** Told the code's name, e.g. `unauthenticated`. */
  onRefused: (context: HandlerContext, code: string) => void
}

/** A token says who calls, also where one service forwards a user's; without one, the process' own context does. */
const authenticate = async (context: HandlerContext, authenticator: Authenticator): Promise<Principal> => {
  const header = context.requestHeader.get('authorization')
  if (header === null) {
    const local = context.values.get(localCallerKey)
    return local ? { kind: 'service', name: local } : { kind: 'anonymous' }
  }
  const [, token] = /^bearer +([^\s,]+)$/i.exec(header) ?? []
  if (!token) {
    throw unauthenticated('INVALID_TOKEN', 'the Authorization header must read "Bearer <token>"')
  }
  return authenticator.verify(token)
}

const authorize = async (
  method: DescMethod,
  rule: AccessRule,
  principal: Principal,
  authorizer: Authorizer,
): Promise<void> => {
  const isUser = principal.kind === 'user'
  if (isUser && principal.apiKey && rule.kind !== 'internal') mustAdmitKey(method, rule, principal.apiKey.scopes)
  if (rule.kind === 'public') return
  if (principal.kind === 'anonymous') throw unauthenticated('TOKEN_REQUIRED', 'sign in and send the access token')
  if (rule.kind === 'internal') {
    if (principal.kind !== 'service') throw denied('INTERNAL_ONLY', 'only services of the mesh may call this')
    return
  }
  if (principal.kind === 'guest') return mustAdmitGuest(method, principal)
  if (!isUser) throw denied('USERS_ONLY', 'this is for signed-in users')
  if (rule.kind === 'permission' && !(await authorizer.allows(principal.userId, rule.permission))) {
    throw denied('PERMISSION_DENIED', `this needs the permission ${rule.permission}`)
  }
}

/** Whose right to call ends with a session, a key or an account. */
const isPerson = ({ kind }: Principal): boolean => kind === 'user' || kind === 'guest'

const callOf = (context: HandlerContext, principal: Principal): CallContext => {
  const header = (name: string) => context.requestHeader.get(name) ?? ''
  const isService = principal.kind === 'service'
  const sent = header('x-correlation-id')
  const timeout = context.timeoutMs() ?? defaultDeadlineOf(context.method)
  return {
    principal,
    actor: (isService && header('x-troupe-actor')) || actorOf(principal),
    correlationId: isUuid(sent) ? sent : uuidv7(),
    causationId: (isService && header('x-troupe-causation-id')) || uuidv7(),
    cause: `/${context.service.typeName}/${context.method.name}`,
    traceparent: header('traceparent') || undefined,
    address: header('x-troupe-client-address'),
    deadline: timeout === undefined ? undefined : performance.now() + timeout,
    // Costs something to make, and most handlers never look at it.
    get signal() {
      return context.signal
    },
  }
}

/** Decides who calls and whether they may, before the request's body is read. */
export const createGate = ({ context: name, authenticator, authorizer, log, onRefused }: GateOptions) => {
  const rules = new Map<DescMethod, AccessRule>()
  const ruleOf = (method: DescMethod): AccessRule => {
    const known = rules.get(method)
    if (known) return known
    const rule = accessRuleOf(method)
    rules.set(method, rule)
    return rule
  }
  return async (context: HandlerContext): Promise<void> => {
    try {
      const { method } = context
      const admit = async () => {
        const principal = await authenticate(context, authenticator)
        await authorize(method, ruleOf(method), principal, authorizer)
        return principal
      }
      const principal = await admit()
      if (method.methodKind !== 'unary' && isPerson(principal)) {
        context.values.set(admissionKey, async () => void (await admit()))
      }
      const call = callOf(context, principal)
      context.values.set(callKey, call)
      context.values.set(responseKey, { header: context.responseHeader, trailer: context.responseTrailer })
      context.responseHeader.set('x-correlation-id', call.correlationId)
    } catch (error) {
      if (isUnexpected(error)) {
        log.error('gate failed', { rpc: `${context.service.typeName}/${context.method.name}`, error })
      }
      const answer = toAnswer(error, name)
      onRefused(context, codeName(answer))
      throw answer
    }
  }
}

/** The signed-in user who calls. Throws TOKEN_REQUIRED for anybody else. */
export const caller = (context: HandlerContext): string => {
  const user = maybeCaller(context)
  if (!user) throw unauthenticated('TOKEN_REQUIRED', 'sign in and send the access token')
  return user
}

/** The signed-in user who calls; undefined for anonymous callers and services. */
export const maybeCaller = (context: HandlerContext): string | undefined => {
  const principal = context.values.get(callKey)?.principal
  return principal?.kind === 'user' ? principal.userId : undefined
}

/** The call as the gate admitted it, for handlers that need session, address or device. */
export const callOfHandler = (context: HandlerContext): CallContext => {
  const call = context.values.get(callKey)
  if (!call) throw new Error('the gate admitted no call')
  return call
}
