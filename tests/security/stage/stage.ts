import { randomBytes } from 'node:crypto'
import { createClient, type Transport } from '@connectrpc/connect'
import { createGrpcTransport, Http2SessionManager } from '@connectrpc/connect-node'
import { AccessService } from '#gen/troupe/access/v1/access_service_pb.ts'
import { SubscriptionService } from '#gen/troupe/subscription/v1/subscription_service_pb.ts'
import { startOpenIdProvider } from '../../../services/identity/tests/openid-provider.ts'
import { bearer } from '../../mesh.ts'
import { type OwnMesh, startTestMesh, type TestMeshOptions } from '../../start-test-mesh.ts'
import { type Databases, openDatabases } from './databases.ts'
import { goodClaims, type SigningKey, signClaims, signingKeys } from './keys.ts'
import { type StageClock, stageClock } from './mesh-clock.ts'
import { newPerson, type Person, signIn } from './people.ts'
import { twinOf } from './twins.ts'

export const redirectUri = 'http://127.0.0.1:9/oauth/callback'
/** The only web origin whose scripts may call. */
export const allowedOrigin = 'https://app.example'

/** A mesh of its own to attack, and all that its owner knows of it. */
export interface Stage {
  own: OwnMesh
  url: string
  databases: Databases
  clock: StageClock
  serviceSecret: string
  /** What keys of the mesh follow from. */
  masterKey: Uint8Array
  /** Whom the OpenID provider knows; add to it freely. */
  oauthPeople: Record<string, { email: string; email_verified: boolean; name: string }>
  /** A gRPC transport to the gateway on one connection, with a token or without. */
  transport(token?: string): Transport
  newPerson(): Promise<Person>
  /** The key that identity signs with, at present or at a time. */
  signingKey(at?: Date): Promise<SigningKey>
  /** A good access token of the operator that a setting made. */
  operatorToken(): Promise<string>
  /** A good access token of somebody who holds a role. */
  tokenOf(role: string): Promise<string>
  /** A good access token of anybody, that says any roles. */
  tokenFor(subject: string, roles?: readonly string[], sessionId?: string): Promise<string>
  /** A good access token of a guest of some story. */
  guestToken(): Promise<string>
  close(): Promise<void>
}

const secret = () => randomBytes(32).toString('base64url')

/** Starts a mesh to attack, with an OpenID provider beside it. */
export const openStage = async (
  name: string,
  split: boolean,
  { env, together }: TestMeshOptions = {},
): Promise<Stage> => {
  const [serviceSecret, masterKey] = [secret(), secret()]
  const oauthPeople: Stage['oauthPeople'] = {}
  const provider = await startOpenIdProvider(oauthPeople, redirectUri)
  const settings = {
    TROUPE_SERVICE_SECRET: serviceSecret,
    TROUPE_MASTER_KEY: masterKey,
    TROUPE_CORS_ORIGINS: allowedOrigin,
    ...provider.settings,
    ...env,
  }
  const own = await startTestMesh(name, split, { env: settings, together }).catch(async (error) => {
    await provider.stop()
    throw error
  })
  const { url } = own.facts
  const databases = openDatabases(own.facts)
  const sessionManager = new Http2SessionManager(url)
  const transport = (token?: string) =>
    createGrpcTransport({ baseUrl: url, sessionManager, interceptors: token ? [bearer(token)] : [] })
  const keyAt = signingKeys(databases, masterKey)
  const signingKey = (at = clock.now()) => keyAt(at)
  const tokenFor = async (subject: string, roles: readonly string[] = [], sessionId: string = crypto.randomUUID()) => {
    const isService = subject.startsWith('service:')
    const more = isService ? {} : { sid: sessionId, roles: [...roles] }
    return signClaims(goodClaims(clock.now(), subject, more), await signingKey())
  }
  let operator: Promise<{ id: string; sessionId: string }> | undefined
  const operatorToken = async () => {
    operator ??= signIn(transport(), own.facts.admin)
    const { id, sessionId } = await operator
    return tokenFor(id, ['super-admin'], sessionId)
  }
  const clock = stageClock(async () => transport(await operatorToken()))
  let somebody: Promise<Person> | undefined
  // Each time another: what one of them does must not end the session of the next.
  const tokenOf = async (role: string) => {
    somebody ??= newPerson(transport(), transport)
    const { id, sessionId } = await twinOf({ databases, tokenFor }, await somebody)
    await createClient(AccessService, transport(await operatorToken())).assignRole({ userId: id, role })
    return tokenFor(id, [role], sessionId)
  }
  return {
    own,
    url,
    databases,
    clock,
    serviceSecret,
    masterKey: Buffer.from(masterKey, 'base64'),
    oauthPeople,
    transport,
    newPerson: async () => {
      const person = await newPerson(transport(), transport)
      const subscription = createClient(SubscriptionService, transport(await operatorToken()))
      await subscription.setTier({ userId: person.id, tier: 'PLATINUM' })
      return person
    },
    signingKey,
    operatorToken,
    tokenOf,
    tokenFor,
    guestToken: async () => {
      const said = { name: 'Gus', guest_of: { type: 'story', id: crypto.randomUUID() } }
      return signClaims(goodClaims(clock.now(), `guest:${crypto.randomUUID()}`, said), await signingKey())
    },
    close: async () => {
      sessionManager.abort()
      await databases.close()
      await own.stop()
      await provider.stop()
    },
  }
}
