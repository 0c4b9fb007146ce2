import { createClient } from '@connectrpc/connect'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AccessService } from '#gen/troupe/access/v1/access_service_pb.ts'
import { StoryService } from '#gen/troupe/story/v1/story_service_pb.ts'
import { eventually, outcomeOf, testMesh } from '../../../tests/mesh.ts'
import { type OwnMesh, startTestMesh } from '../../../tests/start-test-mesh.ts'
import { expectRefusedInTime } from './refusals.ts'

// Takes from everybody what everybody needs: on a mesh of its own, in which every context is a process.

let own: OwnMesh
let mesh: ReturnType<typeof testMesh>
let operator: ReturnType<typeof createClient<typeof AccessService>>

beforeAll(async () => {
  own = await startTestMesh('revocation', true)
  mesh = testMesh(own.facts)
  operator = createClient(AccessService, await mesh.operator())
}, 120_000)

afterAll(() => own?.stop())

describe('what is taken from every account', () => {
  it('is refused in another process within two seconds, and allowed again once it is given back', async () => {
    const user = await mesh.newAuthor()
    const stories = createClient(StoryService, user.transport)
    const create = () => stories.createStory({ title: 'Once', content: 'Once upon a time.' })
    const everybodys = { role: 'member', permission: 'story:create' }
    await expectRefusedInTime(() => operator.revokePermission(everybodys), [create])
    await operator.grantPermission(everybodys)
    await eventually(async () => (await outcomeOf(create())) === 'in' || undefined)
  })
})

describe('while access is away', () => {
  it('what was not decided lately is refused, public rpcs are answered, and all goes on when it is back', async () => {
    const user = await mesh.newAuthor()
    const stories = createClient(StoryService, user.transport)
    const create = () => stories.createStory({ title: 'Once', content: 'Once upon a time.' })
    const access = own.current().processes.get('access')
    access?.kill('SIGSTOP')
    expect(await outcomeOf(create())).toBe('Unavailable ACCESS_UNAVAILABLE')
    expect(await outcomeOf(stories.listStories({}))).toBe('in')
    access?.kill('SIGCONT')
    await eventually(async () => (await outcomeOf(create())) === 'in' || undefined)
  })
})
