import type { DescMethod } from '@bufbuild/protobuf'
import { MethodOptions_IdempotencyLevel as Level } from '@bufbuild/protobuf/wkt'
import { type AccessRule, accessRuleOf } from '../../services/shared/presentation/access-rules.ts'
import { allServices } from '../../services/shared/presentation/descriptors.ts'

/** An rpc as its contract describes it. */
export interface Rpc {
  method: DescMethod
  /** `troupe.story.v1.StoryService/GetStory` */
  name: string
  rule: AccessRule
  isMutating: boolean
}

/** Every rpc of every service that the descriptors know. Throws for one that does not say who may call it. */
export const allRpcs = (): Rpc[] =>
  allServices()
    .flatMap(({ methods }) => methods)
    .map((method) => ({
      method,
      name: `${method.parent.typeName}/${method.name}`,
      rule: accessRuleOf(method),
      isMutating: method.idempotency !== Level.NO_SIDE_EFFECTS && method.parent.typeName.startsWith('troupe.'),
    }))

/** Every role that some contract gives a permission to, but for `member`, which is everybody. */
export const rolesNamed = (rpcs: readonly Rpc[]): string[] => {
  const roles = rpcs.flatMap(({ rule }) => (rule.kind === 'permission' ? rule.roles : []))
  return [...new Set(['super-admin', ...roles])].filter((role) => role !== 'member').sort()
}
