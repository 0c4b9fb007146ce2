import { Code, type ConnectError, createClient } from '@connectrpc/connect'
import { beforeAll, describe, expect, it } from 'vitest'
import { CausationKind, MeshService } from '#gen/troupe/mesh/v1/mesh_service_pb.ts'
import { StoryService } from '#gen/troupe/story/v1/story_service_pb.ts'
import { contextNames } from '../services/contexts.ts'
import { eventually, type TestUser, testMesh } from './mesh.ts'

const mesh = testMesh()
let operator: ReturnType<typeof createClient<typeof MeshService>>
let author: TestUser

beforeAll(async () => {
  operator = createClient(MeshService, await mesh.operator())
  author = await mesh.newUser('Traced Author')
})

const text = '“Who is there?” asked Anna. “It is I,” said the wolf, and he laughed.\n\n“Go away!” cried Anna.'

describe('the operators’ service', () => {
  it('is refused to users', async () => {
    const client = createClient(MeshService, author.transport)
    const error = await client.getLag({}).catch((reason) => reason as ConnectError)
    expect((error as ConnectError).code).toBe(Code.PermissionDenied)
    expect((await operator.getLag({})).relays.map(({ context }) => context).sort()).toEqual([...contextNames].sort())
  })

  it('draws what one request caused, from the rpc over the event to what its consumer did', async () => {
    const client = createClient(StoryService, author.transport)
    const { story } = await client.createStory({ title: 'Traced', content: text })
    let correlationId = ''
    await client.analyzeStory(
      { storyId: story?.id ?? '' },
      {
        onHeader: (headers) => {
          correlationId = headers.get('x-correlation-id') ?? ''
        },
      },
    )
    const nodes = await eventually(async () => {
      const trace = await operator.traceCausation({ correlationId })
      return trace.nodes.some(({ name }) => name.endsWith('StoryAnalyzed')) ? trace.nodes : undefined
    }, 20_000)
    const rpc = nodes.find(({ kind }) => kind === CausationKind.RPC)
    const requested = nodes.find(({ name }) => name.endsWith('StoryAnalysisRequested'))
    const delivery = nodes.find(({ kind, parentId }) => kind === CausationKind.DELIVERY && parentId === requested?.id)
    const analyzed = nodes.find(({ name }) => name.endsWith('StoryAnalyzed'))
    expect(rpc?.name).toBe('/troupe.story.v1.StoryService/AnalyzeStory')
    expect(requested?.parentId).toBe(rpc?.id)
    expect(delivery).toMatchObject({ context: 'story', outcome: 'done' })
    expect(analyzed?.parentId).toBe(delivery?.id)
  })

  it('lists recent events without personal data', async () => {
    const { events } = await operator.listRecentEvents({ contexts: ['identity'], pageSize: 50 })
    const registered = events.find(
      ({ type, aggregateId }) => type.endsWith('UserRegistered') && aggregateId === author.id,
    )
    expect(registered).toBeDefined()
    expect(JSON.stringify(registered?.data)).not.toContain('Traced Author')
  })

  it('finds every invariant to hold and nothing behind', async () => {
    const { results } = await operator.checkInvariants({})
    expect(results.length).toBeGreaterThan(4)
    expect(results.filter(({ holds }) => !holds)).toEqual([])
    await eventually(async () => {
      const { relays, consumers } = await operator.getLag({})
      const isBehind = [...relays, ...consumers].some(({ pending }) => pending > 0n)
      return isBehind ? undefined : true
    })
  })

  it('moves the clock of the whole mesh', () =>
    mesh.withClock(async (move) => {
      const before = Date.now()
      await move(3 * 60_000)
      const { story } = await createClient(StoryService, author.transport).createStory({ title: 'Later' })
      expect(Number(story?.createdAt?.seconds ?? 0n) * 1000).toBeGreaterThan(before + 2.9 * 60_000)
    }))
})
