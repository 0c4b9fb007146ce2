import { randomBytes } from 'node:crypto'
import { createRegistry } from '@bufbuild/protobuf'
import { createContextValues, createMethodImplSpec, type ServiceImpl, type Transport } from '@connectrpc/connect'
import { file_troupe_identity_v1_identity_events } from '#gen/troupe/identity/v1/identity_events_pb.ts'
import { MeshService } from '#gen/troupe/mesh/v1/mesh_service_pb.ts'
import type { ConsumerDefinition } from '../application/consumers.ts'
import { unauthenticated } from '../domain/errors.ts'
import type { Authenticator } from '../infrastructure/authenticator.ts'
import { localCallerKey } from '../infrastructure/call-context.ts'
import { clientOf } from '../infrastructure/clients/client.ts'
import { localTransport } from '../infrastructure/clients/local-transport.ts'
import type { ReadEvents } from '../infrastructure/consumer/catch-up.ts'
import { deliveryHandler } from '../infrastructure/consumer/handle.ts'
import { renewLeases } from '../infrastructure/consumer/lease.ts'
import { Reader } from '../infrastructure/consumer/reader.ts'
import { contractsOf } from '../infrastructure/event-codec.ts'
import { IdempotencyStore } from '../infrastructure/idempotency.ts'
import { createSubjectKeys } from '../infrastructure/personal/subject-keys.ts'
import { startTracing } from '../infrastructure/telemetry/tracing.ts'
import { createGate } from '../presentation/gate.ts'
import { callScope, errors, validation } from '../presentation/interceptors.ts'
import { contextMeshService } from '../presentation/mesh/context-mesh-service.ts'
import { type FanOutParts, meshFanOut } from '../presentation/mesh/fan-out.ts'
import type { MeshParts } from '../presentation/mesh/parts.ts'
import { unitsOfWork } from '../presentation/units-of-work.ts'
import type { Side } from './event-fixture.ts'
import { events, testLog } from './fixture.ts'

/** Tokens that read what they prove: `admin` and `member` are users, `service:<name>` is a service. */
const authenticator: Authenticator = {
  verify: async (token) => {
    if (token.startsWith('service:')) return { kind: 'service', name: token.slice('service:'.length) }
    if (token !== 'admin' && token !== 'member') throw unauthenticated('INVALID_TOKEN', token)
    return { kind: 'user', userId: token, sessionId: '', roles: [token] }
  },
}

export const as = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })

const served = (context: string, implementation: Partial<ServiceImpl<typeof MeshService>>, side?: Side): Transport => {
  const methods = MeshService.methods.flatMap((method) => {
    const handler = (implementation as Record<string, unknown>)[method.localName]
    return handler
      ? [[`/${MeshService.typeName}/${method.name}`, createMethodImplSpec(method, handler as never)] as const]
      : []
  })
  const interceptors = [errors({ context, log: testLog }), callScope(), validation()]
  if (side) {
    const { clock, database, units } = side
    interceptors.push(
      unitsOfWork({
        database,
        units,
        store: new IdempotencyStore(database, Buffer.alloc(32, 1)),
        now: () => clock.now(),
      }),
    )
  }
  const requestGate = createGate({
    context,
    authenticator,
    // As the contract declares it: all of MeshService is for admins.
    authorizer: { allows: async (userId) => userId === 'admin' },
    log: testLog,
    onRefused: () => {},
  })
  return localTransport({ methods: new Map(methods), interceptors, requestGate })
}

/** One context's operators' service behind its own gate. A call without a token is one by the mesh itself. */
export const meshClientOf = (context: string, side: Side, parts: Partial<MeshParts> = {}) => {
  const { clock, database, nats } = side
  const descriptors = createRegistry(events, file_troupe_identity_v1_identity_events)
  const contracts = contractsOf(events)
  const subjectKeys = createSubjectKeys(database, randomBytes(32))
  const own = {
    context,
    clock,
    database,
    nats,
    contracts,
    descriptors,
    subjectKeys,
    consumers: [],
    invariants: [],
    dueWork: [],
    ...parts,
  }
  const transport = served(context, contextMeshService(own), side)
  return clientOf(MeshService, {
    ...transport,
    unary: (method, signal, timeoutMs, header, input, values = createContextValues()) =>
      transport.unary(method, signal, timeoutMs, header, input, values.set(localCallerKey, 'mesh')),
  })
}

/** The fan-out behind a gate of its own. */
export const fanOutClient = (parts: FanOutParts) => clientOf(MeshService, served('mesh', meshFanOut(parts)))

/** The context `test`'s reader of `story`. */
export const storyReader = (side: Side, definition: ConsumerDefinition, readEvents: ReadEvents): Reader => {
  const { clock, database, nats, units } = side
  const tracing = startTracing({ service: 'test', sampleRatio: 0 })
  const shared = { context: 'test', definition, database, units, nats, log: testLog, tracing, now: () => clock.now() }
  return new Reader({
    ...shared,
    source: 'story',
    types: definition.schemas.map((schema) => schema.typeName),
    holder: 'host:1',
    makeHandler: (signal) => deliveryHandler({ ...shared, signal, openEvent: () => undefined, onOutcome: () => {} }),
    readEvents,
    renew: async (lease) => (await renewLeases(database, [lease])).get(lease),
  })
}
