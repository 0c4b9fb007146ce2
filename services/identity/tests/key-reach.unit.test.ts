import { getOption } from '@bufbuild/protobuf'
import { describe, expect, it } from 'vitest'
import { access } from '#gen/troupe/mesh/v1/options_pb.ts'
import { accessRuleOf } from '#shared/presentation/access-rules.ts'
import { allServices } from '#shared/presentation/descriptors.ts'
import { keyScopesOf } from '#shared/presentation/key-access.ts'

const methods = allServices().flatMap((service) => service.methods)
const ofIdentity = methods.filter(({ parent }) => parent.typeName === 'troupe.identity.v1.IdentityService')
const namesOf = (some: typeof methods) => some.map(({ name }) => name).sort()

describe('what API keys reach', () => {
  // Whoever adds an rpc about accounts says here whether programs may call it, or marks it `session_only`.
  it('of identity is what does not manage an account', () => {
    const reached = ofIdentity.filter((method) => keyScopesOf(method)?.includes('operate') === false)
    expect(namesOf(reached)).toEqual([
      'BatchGetUsers',
      'CompleteOAuth',
      'GetJwks',
      'GetMe',
      'GetUser',
      'IssueServiceToken',
      'ListOAuthProviders',
      'Login',
      'RefreshSession',
      'RegisterUser',
      'RequestPasswordReset',
      'ResetPassword',
      'StartOAuth',
      'UpdateContactInfo',
      'UpdatePreferences',
      'UpdateProfile',
      'VerifyEmail',
    ])
  })

  it('with the scope for operators is every permission that not everybody has from the start', () => {
    const staffs = methods.filter((method) => {
      const rule = accessRuleOf(method)
      const isForKeys = !getOption(method, access).sessionOnly
      return rule.kind === 'permission' && !rule.roles.includes('member') && isForKeys
    })
    expect(staffs.length).toBeGreaterThan(10)
    expect(namesOf(methods.filter((method) => keyScopesOf(method)?.includes('operate')))).toEqual(namesOf(staffs))
  })

  it('is none of what services do among themselves', () => {
    const inner = methods.filter((method) => accessRuleOf(method).kind === 'internal')
    expect(inner.map((method) => keyScopesOf(method))).toEqual(inner.map(() => undefined))
  })
})
