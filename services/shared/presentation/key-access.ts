import { type DescMethod, getOption, hasOption } from '@bufbuild/protobuf'
import { MethodOptions_IdempotencyLevel as Level } from '@bufbuild/protobuf/wkt'
import { access } from '#gen/troupe/mesh/v1/options_pb.ts'
import type { ApiKeyScope } from '../domain/api-key-scope.ts'
import { denied } from '../domain/errors.ts'
import { type AccessRule, accessRuleOf } from './access-rules.ts'

const isStaffs = (rule: AccessRule): boolean => rule.kind === 'permission' && !rule.roles.includes('member')

/** The scopes that an API key needs for an rpc, all of them; undefined where no key may call it. */
export const keyScopesOf = (method: DescMethod, rule = accessRuleOf(method)): readonly ApiKeyScope[] | undefined => {
  // Health and reflection, which are not our contracts.
  if (!hasOption(method, access)) return []
  if (rule.kind === 'internal' || getOption(method, access).sessionOnly) return undefined
  const scope = method.idempotency === Level.NO_SIDE_EFFECTS ? 'read' : 'write'
  return isStaffs(rule) ? [scope, 'operate'] : [scope]
}

/** Throws SESSION_REQUIRED where no API key may, and SCOPE_REQUIRED where one with these scopes may not. */
export const mustAdmitKey = (method: DescMethod, rule: AccessRule, scopes: readonly ApiKeyScope[]): void => {
  const needed = keyScopesOf(method, rule)
  if (!needed) throw denied('SESSION_REQUIRED', 'no API key may do this; sign in and send the access token')
  const missing = needed.filter((scope) => !scopes.includes(scope))
  if (missing.length > 0) throw denied('SCOPE_REQUIRED', `the API key lacks the scope ${missing.join(', ')}`)
}
