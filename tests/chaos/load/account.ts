import { randomUUID } from 'node:crypto'
import { createClient, type Interceptor } from '@connectrpc/connect'
import { createGrpcTransport } from '@connectrpc/connect-node'
import { IdentityService } from '#gen/troupe/identity/v1/identity_service_pb.ts'
import { StoryService } from '#gen/troupe/story/v1/story_service_pb.ts'
import type { ChaosMesh } from '../chaos-mesh.ts'
import { meshOperator } from '../operator.ts'

const content = '“Who is there?” asked Anna. “It is I,” said the wolf at the door of the house, and he laughed.'

/** Someone with an account and one story. */
export const newAccount = async (mesh: Pick<ChaosMesh, 'url' | 'admin'>) => {
  const { url } = mesh
  let token = ''
  const withToken: Interceptor = (next) => (request) => {
    if (token) request.header.set('authorization', `Bearer ${token}`)
    return next(request)
  }
  const transport = createGrpcTransport({ baseUrl: url, interceptors: [withToken] })
  const identity = createClient(IdentityService, transport)
  const story = createClient(StoryService, transport)
  const email = `${randomUUID()}@example.com`
  const password = `Correct-horse-${email}`
  const { user } = await identity.registerUser({ email, password, displayName: 'Busy Author' })
  await meshOperator(mesh).giveTier(user?.id ?? '')
  const { tokens } = await identity.login({ email, password })
  token = tokens?.accessToken ?? ''
  const created = await story.createStory({ title: 'A story under load', content })
  return { story, token, storyId: created.story?.id ?? '' }
}
