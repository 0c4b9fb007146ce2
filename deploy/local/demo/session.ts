import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import type { DescService } from '@bufbuild/protobuf'
import type { Client, Interceptor, Transport } from '@connectrpc/connect'
import { createGrpcTransport } from '@connectrpc/connect-node'
import { BookingService } from '#gen/troupe/booking/v1/booking_service_pb.ts'
import { CatalogService } from '#gen/troupe/catalog/v1/catalog_service_pb.ts'
import { IdentityService } from '#gen/troupe/identity/v1/identity_service_pb.ts'
import { InventoryService } from '#gen/troupe/inventory/v1/inventory_service_pb.ts'
import { MeshService } from '#gen/troupe/mesh/v1/mesh_service_pb.ts'
import { PaymentService } from '#gen/troupe/payment/v1/payment_service_pb.ts'
import { StoryService } from '#gen/troupe/story/v1/story_service_pb.ts'
import { SubscriptionService } from '#gen/troupe/subscription/v1/subscription_service_pb.ts'
import { clientOf } from '#shared/infrastructure/clients/client.ts'
import { readSecrets, secretsFile } from '../secrets.ts'
import { SetupError } from '../setup-error.ts'

const deadlineMs = 30_000

/** The gateway, and when to give up. */
export interface Gateway {
  readonly url: string
  readonly signal: AbortSignal
}

const stoppable =
  (signal: AbortSignal): Interceptor =>
  (next) =>
  (request) =>
    next({ ...request, signal: AbortSignal.any([request.signal, signal]) })

const bearer =
  (token: string): Interceptor =>
  (next) =>
  (request) => {
    request.header.set('authorization', `Bearer ${token}`)
    return next(request)
  }

const transportTo = ({ url, signal }: Gateway, token?: string) =>
  createGrpcTransport({
    baseUrl: url,
    defaultTimeoutMs: deadlineMs,
    interceptors: [stoppable(signal), ...(token ? [bearer(token)] : [])],
  })

/** Options of a call that note the id under which everything it causes can be traced. */
export const tracedCall = (): { options: { onHeader(headers: Headers): void }; correlationId(): string } => {
  let id = ''
  return {
    options: {
      onHeader: (headers) => {
        id = headers.get('x-correlation-id') ?? ''
      },
    },
    correlationId: () => id,
  }
}

/** Somebody who writes stories and performs them, or buys tickets, signed in. */
export interface Author {
  readonly id: string
  readonly email: string
  readonly password: string
  readonly displayName: string
  readonly stories: Client<typeof StoryService>
  readonly subscription: Client<typeof SubscriptionService>
  readonly catalog: Client<typeof CatalogService>
  readonly inventory: Client<typeof InventoryService>
  readonly booking: Client<typeof BookingService>
  readonly payment: Client<typeof PaymentService>
  /** Of any other service, as the same person. */
  readonly clientOf: <S extends DescService>(service: S) => Client<S>
  /** Of RegisterUser. */
  readonly correlationId: string
}

const signIn = async (gateway: Gateway, email: string, password: string): Promise<string> => {
  const { tokens } = await clientOf(IdentityService, transportTo(gateway)).login({ email, password })
  if (!tokens) throw new Error('Login answered without tokens')
  return tokens.accessToken
}

const clientsWith = (transport: Transport) => ({
  stories: clientOf(StoryService, transport),
  subscription: clientOf(SubscriptionService, transport),
  catalog: clientOf(CatalogService, transport),
  inventory: clientOf(InventoryService, transport),
  booking: clientOf(BookingService, transport),
  payment: clientOf(PaymentService, transport),
  clientOf: <S extends DescService>(service: S) => clientOf(service, transport),
})

/** Somebody without an account: with the token of a guest, or nobody at all. */
export const guestWith = (gateway: Gateway, token?: string): Pick<Author, 'clientOf'> =>
  clientsWith(transportTo(gateway, token))

/** The same person with a token of now. */
export const signInAgain = async (gateway: Gateway, author: Author): Promise<Author> => {
  const token = await signIn(gateway, author.email, author.password)
  return { ...author, ...clientsWith(transportTo(gateway, token)) }
}

/** Opens an account nobody had before, and signs in. */
export const newAuthor = async (gateway: Gateway, displayName: string): Promise<Author> => {
  const email = `author-${randomBytes(5).toString('hex')}@troupe.example`
  const password = randomBytes(12).toString('base64url')
  const identity = clientOf(IdentityService, transportTo(gateway))
  const call = tracedCall()
  const { user } = await identity.registerUser(
    { email, password, displayName, registrationSource: 'demo' },
    call.options,
  )
  if (!user) throw new Error('RegisterUser answered without a user')
  const transport = transportTo(gateway, await signIn(gateway, email, password))
  return {
    id: user.id,
    email,
    password,
    displayName,
    ...clientsWith(transport),
    correlationId: call.correlationId(),
  }
}

/**
 * Signs the mesh's first operator in, whose account the data folder tells.
 *
 * @throws SetupError when that folder is not the running mesh's
 */
export const signInOperator = async (gateway: Gateway, dataDir: string): Promise<Client<typeof MeshService>> => {
  const { TROUPE_BOOTSTRAP_ADMIN: email, TROUPE_BOOTSTRAP_ADMIN_PASSWORD: password } = process.env
  if (!(email && password) && !existsSync(secretsFile(dataDir))) {
    throw new SetupError(
      `there is no ${secretsFile(dataDir)} with the operator's account: set TROUPE_DATA to the folder of the running mesh`,
    )
  }
  const account = email && password ? { email, password } : operatorOf(dataDir)
  return clientOf(MeshService, transportTo(gateway, await signIn(gateway, account.email, account.password)))
}

const operatorOf = (dataDir: string) => {
  const { TROUPE_BOOTSTRAP_ADMIN: email, TROUPE_BOOTSTRAP_ADMIN_PASSWORD: password } = readSecrets(dataDir)
  return { email, password }
}
