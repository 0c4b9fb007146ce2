import { readApiKey } from '../../../services/shared/infrastructure/api-key-text.ts'
import type { Fields } from '../call.ts'
import { gone } from '../stage/gone.ts'
import { signIn } from '../stage/people.ts'
import { redirectUri } from '../stage/stage.ts'
import {
  badAssertions,
  goodAssertion,
  inventedRefreshTokens,
  linkOAuth,
  newApiKey,
  newOAuthSignIn,
} from './identity-scenes.ts'
import { inventedLinkTokens, type LinkPurpose, newLink, newLinkToken } from './link-scenes.ts'
import { ofService, type Recipe, type Recipes, type Scene, type Trespass } from './recipe.ts'
import { newAppCode, newRecoveryCode } from './totp-scenes.ts'

const signInAgain = (scene: Scene) => signIn(scene.stage.transport(), scene.person)
const password = () => `Correct-horse-${crypto.randomUUID()}`
const ofNobody = async ({ stage }: Scene): Promise<Fields> => ({ userId: (await stage.newPerson()).id })

/** Whoever does not know the password, but somebody else's. */
const byPassword =
  (
    field: string,
    name: string,
    right: (scene: Scene) => Fields,
    sendsToken = true,
  ): NonNullable<Recipe['trespasses']> =>
  async (scene, another) => {
    const fields = { ...right(scene), [name]: another.password }
    const token = sendsToken ? { token: scene.person.token } : {}
    return [{ name: 'another’s password', field, fields, right: right(scene), ...token }]
  }

const withEach = (field: string, name: string, bad: Record<string, string>, good: string): Trespass[] => {
  const right = { [name]: good }
  return Object.entries(bad).map(([what, value]) => ({ name: `one ${what}`, field, fields: { [name]: value }, right }))
}

const refreshes: Recipe = {
  fields: async (scene) => ({ refreshToken: (await signInAgain(scene)).refreshToken }),
  ids: { refresh_token: 'trespass' },
  isOnce: true,
  trespasses: async (scene, another) => {
    const [mine, theirs] = await Promise.all([signInAgain(scene), signIn(scene.stage.transport(), another)])
    const bad = inventedRefreshTokens(mine.refreshToken, theirs.refreshToken, mine.token)
    for (const how of gone) bad[`of an account that is ${how}`] = scene.gone[how].refreshToken
    return withEach('refresh_token', 'refreshToken', bad, mine.refreshToken)
  },
}

/** Opens a mailed link; what is `beside` the token is always right. */
const byMailedLink = (purpose: LinkPurpose, beside: Fields): Recipe => ({
  fields: async (scene) => ({ ...beside, token: await newLinkToken(scene, purpose) }),
  ids: { token: 'trespass' },
  isOnce: true,
  needsOwnPerson: true,
  refusals: ['failed_precondition', 'invalid_argument'],
  trespasses: async (scene, another) => {
    const good = await newLinkToken(scene, purpose)
    const bad = await inventedLinkTokens(scene, another, purpose, good)
    const right = { ...beside, token: good }
    return Object.entries(bad).map(([what, token]) => ({
      name: `one ${what}`,
      field: 'token',
      fields: { ...beside, token },
      right,
    }))
  },
})

/** Uses up a code that somebody's app or its recovery gave them. */
const byCode = (make: (scene: Scene) => Promise<string>): Recipe => ({
  fields: async (scene) => ({ code: await make(scene) }),
  isOnce: true,
  needsOwnPerson: true,
  refusals: ['failed_precondition', 'unauthenticated'],
})

const loginOf = ({ person }: Scene) => ({ email: person.email, password: person.password })
const passwordOf = ({ person }: Scene) => ({ password: person.password })
const newPassword = password()
const changeOf = ({ person }: Scene) => ({ currentPassword: person.password, newPassword })
const outOfOAuth = ['failed_precondition']

/** How to use accounts and sessions rightly. */
export const identityRecipes: Recipes = ofService('troupe.identity.v1.IdentityService', {
  RegisterUser: { fields: () => ({ password: password() }), ids: { password: 'open' } },
  Login: {
    fields: loginOf,
    ids: { password: 'trespass' },
    trespasses: byPassword('password', 'password', loginOf, false),
  },
  RefreshSession: refreshes,
  Logout: { needsOwnPerson: true },
  ListSessions: {},
  RevokeSession: { fields: async (scene) => ({ sessionId: (await signInAgain(scene)).sessionId }) },
  ListOAuthProviders: {},
  StartOAuth: { fields: () => ({ provider: 'acme', redirectUri }) },
  CompleteOAuth: {
    fields: (scene) => newOAuthSignIn(scene),
    ids: { state: 'owned', code: 'owned', binding: 'owned' },
    isOnce: true,
    refusals: outOfOAuth,
  },
  LinkOAuth: {
    fields: (scene) => newOAuthSignIn(scene, scene.person.token),
    needsOwnPerson: true,
    isOnce: true,
    refusals: outOfOAuth,
  },
  UnlinkOAuth: {
    fields: async (scene) => {
      await linkOAuth(scene)
      return { provider: 'acme' }
    },
    needsOwnPerson: true,
  },
  ChangePassword: {
    fields: changeOf,
    needsOwnPerson: true,
    ids: { current_password: 'trespass' },
    trespasses: byPassword('current_password', 'currentPassword', changeOf),
  },
  RequestEmailVerification: {},
  VerifyEmail: byMailedLink('verify-email', {}),
  RequestPasswordReset: { fields: ({ person }) => ({ email: person.email }) },
  ResetPassword: byMailedLink('reset-password', { newPassword }),
  GetActionLink: {
    fields: async (scene) => ({ requestId: await newLink(scene, 'verify-email') }),
    needsOwnPerson: true,
  },
  EnrollTotp: {
    fields: passwordOf,
    needsOwnPerson: true,
    ids: { password: 'trespass' },
    trespasses: byPassword('password', 'password', passwordOf),
  },
  ConfirmTotp: byCode(newAppCode),
  DisableTotp: byCode(newRecoveryCode),
  GetMe: {},
  GetUser: { fields: ({ person }) => ({ userId: person.id }), ids: { user_id: 'open' } },
  BatchGetUsers: { fields: ({ person }) => ({ userIds: [person.id] }), ids: { user_ids: 'open' } },
  BatchGetContacts: { fields: ({ person }) => ({ userIds: [person.id] }), ids: { user_ids: 'open' } },
  UpdateProfile: {},
  UpdatePreferences: {},
  UpdateContactInfo: {},
  ListUsers: { fields: () => ({ query: '', isActive: undefined }) },
  SuspendUser: { fields: ofNobody },
  ReactivateUser: { fields: ofNobody },
  EraseUser: { fields: ofNobody },
  DeleteUser: {
    fields: passwordOf,
    needsOwnPerson: true,
    ids: { password: 'trespass' },
    trespasses: byPassword('password', 'password', passwordOf),
  },
  GetErasure: { fields: ({ gone: { deleted } }) => ({ userId: deleted.id }), ids: { user_id: 'open' } },
  CreateApiKey: {
    fields: () => ({ name: `key ${crypto.randomUUID()}`, scopes: ['read'] }),
  },
  ListApiKeys: {},
  RevokeApiKey: { fields: async (scene) => ({ apiKeyId: (await newApiKey(scene)).apiKeyId }) },
  AuthenticateApiKey: { fields: async (scene) => ({ ...readApiKey((await newApiKey(scene)).secret) }) },
  IssueServiceToken: {
    fields: async (scene) => ({ assertion: await goodAssertion(scene) }),
    ids: { assertion: 'trespass' },
    trespasses: async (scene) =>
      withEach('assertion', 'assertion', await badAssertions(scene), await goodAssertion(scene)),
  },
  IssueGuestToken: {},
  GetBootstrapAdmin: {},
  GetJwks: {},
})
