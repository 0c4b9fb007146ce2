import { randomUUID } from 'node:crypto'
import { createClient, type Transport } from '@connectrpc/connect'
import { IdentityService } from '#gen/troupe/identity/v1/identity_service_pb.ts'
import { StoryService } from '#gen/troupe/story/v1/story_service_pb.ts'
import { networkTransport } from '../../../services/shared/infrastructure/clients/network-transport.ts'
import type { ChaosMesh } from '../chaos-mesh.ts'
import { meshOperator } from '../operator.ts'

const content = '“Who is there?” asked Anna. “It is I,” said the wolf at the door of the house, and he laughed.'

const withToken = (transport: Transport, token: () => string): Transport => {
  const signed = (header: ConstructorParameters<typeof Headers>[0]) => {
    const headers = new Headers(header)
    if (token()) headers.set('authorization', `Bearer ${token()}`)
    return headers
  }
  return {
    unary: (method, signal, timeoutMs, header, ...rest) =>
      transport.unary(method, signal, timeoutMs, signed(header), ...rest),
    stream: (method, signal, timeoutMs, header, ...rest) =>
      transport.stream(method, signal, timeoutMs, signed(header), ...rest),
  }
}

/**
 * Someone with an account and one story, who calls as gRPC's own clients do: what a server refused unread is sent again
 * without a word. Node's client closes a call as refused that it had queued when it was told to go away.
 */
export const newAccount = async (mesh: Pick<ChaosMesh, 'url' | 'admin'>) => {
  const { url } = mesh
  let token = ''
  const channel = networkTransport({ address: url })
  const transport = withToken(channel, () => token)
  const identity = createClient(IdentityService, transport)
  const story = createClient(StoryService, transport)
  const email = `${randomUUID()}@example.com`
  const password = `Correct-horse-${email}`
  const { user } = await identity.registerUser({ email, password, displayName: 'Busy Author' })
  await meshOperator(mesh).giveTier(user?.id ?? '')
  const { tokens } = await identity.login({ email, password })
  token = tokens?.accessToken ?? ''
  const created = await story.createStory({ title: 'A story under load', content })
  return { story, token, storyId: created.story?.id ?? '', close: channel.close }
}
