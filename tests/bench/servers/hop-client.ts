import { type Client, createMethodImplSpec, type Transport } from '@connectrpc/connect'
import { IdentityService } from '#gen/troupe/identity/v1/identity_service_pb.ts'
import { StoryService } from '#gen/troupe/story/v1/story_service_pb.ts'
import { clientOf } from '../../../services/shared/infrastructure/clients/client.ts'
import { localTransport } from '../../../services/shared/infrastructure/clients/local-transport.ts'
import { createMeshClients } from '../../../services/shared/infrastructure/clients/mesh-clients.ts'
import { networkTransport } from '../../../services/shared/infrastructure/clients/network-transport.ts'
import { readConfig } from '../../../services/shared/infrastructure/config.ts'
import { createServiceTokens } from '../../../services/shared/infrastructure/service-token.ts'
import { startTracing } from '../../../services/shared/infrastructure/telemetry/tracing.ts'
import { shareWriterBuffer } from '../../../services/shared/infrastructure/writer-buffer.ts'
import { answer } from '../answers.ts'
import { callersFor, type Hop } from '../hop.ts'
import { storyRoute } from './story-from-memory.ts'

// The calling end of a hop between contexts: the transport alone, and the client that a context is given.

// As every process of the mesh does.
shareWriterBuffer()

const [identityUrl = ''] = process.argv.slice(2)
const request = { storyId: '019a0000-0000-7000-8000-000000000001' }
const { serviceSecret } = readConfig(process.env)
const tracing = startTracing({ service: 'bench', sampleRatio: 0 })
const identity = clientOf(IdentityService, networkTransport({ address: identityUrl }))

const methods = new Map(
  StoryService.methods
    .filter((method) => method.localName === 'getStory')
    .map((method) => [
      `/${method.parent.typeName}/${method.name}`,
      createMethodImplSpec(method, storyRoute.implementation[method.localName] as never),
    ]),
)
const inProcess = localTransport({ methods, interceptors: [] })

const meshClient = (local: Transport | undefined, url: string | undefined) =>
  createMeshClients({
    self: 'identity',
    local: () => local,
    urlOf: () => url,
    tokens: createServiceTokens({ context: 'identity', secret: serviceSecret, identity }),
    tracing,
  })

/** Runs of a client that is made once for each URL, so that connecting is not measured. */
const hops = (open: (url: string) => Client<typeof StoryService>) => {
  const clients = new Map<string, Client<typeof StoryService>>()
  return (hop: Hop) => {
    const client = clients.get(hop.url) ?? open(hop.url)
    clients.set(hop.url, client)
    return callersFor(hop, () => client.getStory(request))
  }
}

const transportHop = hops((url) => clientOf(StoryService, networkTransport({ address: url })))
const clientHop = hops((url) => meshClient(undefined, url).client(StoryService))

/** One after the other: processor time of a call that waits for nothing, in microseconds. */
const cpuOf = async (calls: number, call: () => Promise<unknown>): Promise<number> => {
  for (let done = 0; done < calls / 2; done += 1) await call()
  const before = process.cpuUsage()
  for (let done = 0; done < calls; done += 1) await call()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / calls
}

const inProcessCpu = ({ calls, kind }: { calls: number; kind: 'transport' | 'client' }) => {
  const client =
    kind === 'client' ? meshClient(inProcess, undefined).client(StoryService) : clientOf(StoryService, inProcess)
  return cpuOf(calls, () => client.getStory(request))
}

answer(undefined, { transportHop, clientHop, inProcessCpu })
