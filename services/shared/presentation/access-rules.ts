import { type DescMethod, type DescService, getOption, hasOption } from '@bufbuild/protobuf'
import {
  Audience,
  access,
  default_deadline,
  Idempotency,
  idempotency,
  RateLimitScope,
  rate_limit,
} from '#gen/troupe/mesh/v1/options_pb.ts'
import { oncePer } from '../domain/once-per.ts'
import { milliseconds } from '../domain/timestamp.ts'
import type { RateLimitPolicy } from '../infrastructure/rate-limits.ts'

/** Who may call an rpc. */
export type AccessRule =
  | { kind: 'public' }
  | { kind: 'authenticated' }
  | { kind: 'internal' }
  | { kind: 'permission'; permission: string; roles: readonly string[] }

const open = /^grpc\.(health|reflection)\./

/** The rule on an rpc. Throws where there is none: a host with such an rpc does not start. */
export const accessRuleOf = (method: DescMethod): AccessRule => {
  if (open.test(method.parent.typeName)) return { kind: 'public' }
  const name = `${method.parent.typeName}/${method.name}`
  if (!hasOption(method, access)) throw new Error(`${name} has no (troupe.mesh.v1.access) option`)
  const { rule, roles } = getOption(method, access)
  if (rule.case === 'permission') return { kind: 'permission', permission: rule.value, roles }
  if (rule.case === 'audience' && rule.value === Audience.PUBLIC) return { kind: 'public' }
  if (rule.case === 'audience' && rule.value === Audience.AUTHENTICATED) return { kind: 'authenticated' }
  if (rule.case === 'audience' && rule.value === Audience.INTERNAL) return { kind: 'internal' }
  throw new Error(`${name}: its access option sets no rule`)
}

/**
 * Every permission that an rpc of the services asks for, by name: with those rpcs, and the system roles that hold it
 * before anybody grants or revokes anything.
 */
export const declaredPermissions = (services: Iterable<DescService>) => {
  const found = new Map<string, { rpcs: Set<string>; roles: Set<string> }>()
  for (const { methods, typeName } of services) {
    for (const method of methods) {
      const rule = accessRuleOf(method)
      if (rule.kind !== 'permission') continue
      const { rpcs, roles } = found.get(rule.permission) ?? { rpcs: new Set(), roles: new Set() }
      rpcs.add(`${typeName}/${method.name}`)
      for (const role of rule.roles) roles.add(role)
      found.set(rule.permission, { rpcs, roles })
    }
  }
  return [...found]
    .map(([name, { rpcs, roles }]) => ({ name, rpcs: [...rpcs].sort(), roles: [...roles].sort() }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** The limit on an rpc, scaled; undefined where there is none. */
export const rateLimitOf = (
  method: DescMethod,
  scale: number,
): (RateLimitPolicy & { byAddress: boolean }) | undefined => {
  if (!hasOption(method, rate_limit)) return undefined
  const { name, limit, window, scope } = getOption(method, rate_limit)
  if (!window || limit < 1)
    throw new Error(`${method.parent.typeName}/${method.name}: its rate limit needs limit and window`)
  return {
    name,
    limit: Math.round(limit * scale),
    windowMs: milliseconds(window),
    byAddress: scope === RateLimitScope.ADDRESS,
  }
}

const defaultDeadlineMs = 5000

/** How long an rpc may take when its caller does not say, in milliseconds; undefined for streams: without end. */
export const defaultDeadlineOf = (method: DescMethod): number | undefined => {
  if (method.methodKind !== 'unary') return undefined
  return hasOption(method, default_deadline) ? milliseconds(getOption(method, default_deadline)) : defaultDeadlineMs
}

/** Throws unless every rpc of the services says who may call it, and states its limit in full. */
export const assertRules = (services: Iterable<DescService>): void => {
  for (const { methods } of services) {
    for (const method of methods) {
      accessRuleOf(method)
      rateLimitOf(method, 1)
    }
  }
}

/** What is kept of an rpc's response. */
export const idempotencyOf = oncePer((method: DescMethod): 'stored' | 'withheld' | 'none' => {
  const mode = hasOption(method, idempotency) ? getOption(method, idempotency) : Idempotency.UNSPECIFIED
  return mode === Idempotency.NONE ? 'none' : mode === Idempotency.WITHHELD ? 'withheld' : 'stored'
})
