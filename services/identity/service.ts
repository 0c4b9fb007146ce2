import { AccessService } from '#gen/troupe/access/v1/access_service_pb.ts'
import { file_troupe_identity_v1_identity_events as events } from '#gen/troupe/identity/v1/identity_events_pb.ts'
import { IdentityService } from '#gen/troupe/identity/v1/identity_service_pb.ts'
import { Email } from '#shared/domain/email.ts'
import { alreadyExists, conflict, notFound, precondition } from '#shared/domain/errors.ts'
import { createApart } from '#shared/infrastructure/apart.ts'
import { defineContext, type Kernel } from '#shared/presentation/context.ts'
import { route } from '#shared/presentation/route.ts'
import { createIdentityApp } from './application/identity-app.ts'
import { checkPassword } from './domain/password-policy.ts'
import { createAccessTokens, createServiceAssertions } from './infrastructure/access-tokens.ts'
import { createApiKeySecrets } from './infrastructure/api-key-secrets.ts'
import { createApiKeys } from './infrastructure/api-keys.ts'
import { createDirectory } from './infrastructure/directory.ts'
import { createErasures } from './infrastructure/erasures.ts'
import { expiries } from './infrastructure/expiries.ts'
import { createHeldKeys } from './infrastructure/held-keys.ts'
import { createKeyedHash, createSecrets } from './infrastructure/keyed-hash.ts'
import { createLinkTokens, readLinkUrl } from './infrastructure/link-tokens.ts'
import { createFailureKeys, createLoginFailures } from './infrastructure/login-failures.ts'
import { createMailedLinks } from './infrastructure/mailed-links.ts'
import { migrations } from './infrastructure/migrations.ts'
import { noSooner } from './infrastructure/no-sooner.ts'
import { createOAuthLinks } from './infrastructure/oauth-links.ts'
import { createPassedSignIns } from './infrastructure/passed-sign-ins.ts'
import { createPasswords, passwordMemoryKiB } from './infrastructure/passwords.ts'
import { createProviders } from './infrastructure/providers/providers.ts'
import { readOAuthSettings } from './infrastructure/providers/settings.ts'
import { createQueues } from './infrastructure/queues.ts'
import { createRefreshTokens } from './infrastructure/refresh-tokens.ts'
import { entities } from './infrastructure/schema.ts'
import { createSealer, hmacSha1 } from './infrastructure/sealing.ts'
import { createSecondFactors } from './infrastructure/second-factors.ts'
import { createSessions } from './infrastructure/sessions.ts'
import { createSigningKeys } from './infrastructure/signing-keys.ts'
import { createStandDown } from './infrastructure/stand-down.ts'
import { createStartedSignIns } from './infrastructure/started-sign-ins.ts'
import { createUsers } from './infrastructure/users.ts'
import { consumers } from './presentation/consumers.ts'
import { identityService } from './presentation/identity-service.ts'
import { jwksHandler } from './presentation/jwks-handler.ts'

/** Reports an operator's account that could not be opened together with all other bad settings. */
const checkAdmin = ({ config: { bootstrapAdmin }, env }: Kernel): void => {
  if (!bootstrapAdmin) return
  try {
    checkPassword(bootstrapAdmin.password, Email.parse(bootstrapAdmin.email), 'TROUPE_BOOTSTRAP_ADMIN_PASSWORD')
  } catch (error) {
    env.problem((error as Error).message)
  }
}

/** Puts identity's parts together. */
export const assemble = async (kernel: Kernel) => {
  const { config, database, clock, log } = kernel
  const unit = () => kernel.unit()
  const { providers, redirectUris } = readOAuthSettings(kernel.env)
  checkAdmin(kernel)
  const hash = createKeyedHash(config.masterKey)
  const failureKeys = createFailureKeys(hash)
  const keys = createSigningKeys(database, config.masterKey, log)
  const app = createIdentityApp({
    users: createUsers(unit, failureKeys),
    sessions: createSessions(unit),
    links: createOAuthLinks(database, unit),
    signIns: createStartedSignIns(database, unit),
    passedSignIns: createPassedSignIns(database, unit),
    secondFactors: createSecondFactors(unit),
    mailedLinks: createMailedLinks(unit),
    linkTokens: createLinkTokens(hash),
    failures: createLoginFailures(database, failureKeys, config.rateLimitScale),
    directory: createDirectory(database, unit),
    providers: createProviders(providers, log),
    redirectUris: new Set(redirectUris),
    linkUrl: readLinkUrl(kernel.env),
    passwords: await createPasswords(
      kernel.env.integer('TROUPE_PASSWORD_MEMORY_KIB', passwordMemoryKiB, { min: 64, max: 1024 * 1024 }),
    ),
    secrets: createSecrets(hash),
    sealer: createSealer(config.masterKey, 'totp-secrets'),
    hmacSha1,
    refreshTokens: createRefreshTokens(hash),
    apiKeys: createApiKeys(database, unit),
    apiKeySecrets: createApiKeySecrets(),
    heldKeys: createHeldKeys(database),
    accessTokens: createAccessTokens(keys),
    assertions: createServiceAssertions(config.serviceSecret),
    ids: { next: () => unit().next() },
    clock,
    bootstrapEmail: config.bootstrapAdmin?.email,
    erasures: createErasures(unit),
    contexts: kernel.contexts,
    standDown: createStandDown(kernel.client(AccessService)),
    about: (userId) => {
      unit().subject = userId
    },
    apart: createApart('identity', kernel.write),
    inTurn: createQueues(),
    noSooner,
  })
  return { app, keys }
}

const compose = async (kernel: Kernel) => {
  const { config, clock } = kernel
  const { app, keys } = await assemble(kernel)
  const jwks = () => keys.jwks(clock.now())
  return {
    routes: [route(IdentityService, identityService(app, jwks))],
    consumers: consumers(app, kernel.contexts),
    // The account went with DeleteUser itself.
    erase: async () => [
      'account',
      'credentials',
      'second factor',
      'sessions',
      'API keys',
      'mailed links',
      'links to other providers',
      'sign-ins under way',
    ],
    http: { '/.well-known/jwks.json': jwksHandler(jwks) },
    invariants: [
      {
        name: 'accounts ask for codes just where a second factor is confirmed',
        sql: `select u.id::text as violation from users u left join second_factors f on f.id = u.id
              where u.has_totp <> (f.confirmed_at is not null) limit 10`,
      },
    ],
    expiries,
    start: async () => {
      await keys.current(clock.now())
      if (config.bootstrapAdmin) await app.bootstrapAdmin(config.bootstrapAdmin)
    },
  }
}

// Until a process hears that an account is gone, its access token is good.
const userNotFound = () => notFound('USER_NOT_FOUND', 'there is no such user')

/** Accounts, credentials, sessions, and links to other providers' accounts. */
export const identity = defineContext({
  name: 'identity',
  entities,
  migrations,
  events,
  constraints: {
    users_email_unique: () => alreadyExists('EMAIL_TAKEN', 'an account has this e-mail address'),
    oauth_links_account: () => alreadyExists('OAUTH_ACCOUNT_TAKEN', 'that account belongs to another user'),
    oauth_links_one_a_provider: () =>
      precondition('PROVIDER_ALREADY_LINKED', 'another account of that provider is linked already'),
    oauth_states_user_id_fkey: userNotFound,
    oauth_links_user_id_fkey: userNotFound,
    sessions_user_id_fkey: userNotFound,
    mailed_links_user_id_fkey: userNotFound,
    api_keys_user_id_fkey: userNotFound,
    api_keys_name: () => alreadyExists('API_KEY_NAME_TAKEN', 'you have a key of this name'),
    api_keys_place: () => conflict('TOO_MUCH_CONTENTION', 'others keep changing this; try again'),
    passed_sign_ins_user_id_fkey: userNotFound,
    second_factors_id_fkey: userNotFound,
    second_factors_once: () => conflict('TOO_MUCH_CONTENTION', 'others keep changing this; try again'),
  },
  compose,
})
