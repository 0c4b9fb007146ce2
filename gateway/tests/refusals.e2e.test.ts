import { randomUUID } from 'node:crypto'
import { Code, ConnectError, createClient } from '@connectrpc/connect'
import { describe, expect, it } from 'vitest'
import { BadRequestSchema, ErrorInfoSchema } from '#gen/google/rpc/error_details_pb.ts'
import { StoryService } from '#gen/troupe/story/v1/story_service_pb.ts'
import { testMesh } from '../../tests/mesh.ts'

const mesh = testMesh()

const failure = async (call: Promise<unknown>): Promise<ConnectError> => {
  const error = await call.then(
    () => undefined,
    (reason) => reason,
  )
  expect(error).toBeInstanceOf(ConnectError)
  return error as ConnectError
}

const reasonOf = (error: ConnectError) => error.findDetails(ErrorInfoSchema)[0]?.reason

/** A request in each protocol with a body of our choosing; answers its gRPC-like code. */
const raw = async (protocol: 'connect' | 'grpc-web', path: string, body: Uint8Array, token: string) => {
  const framed = new Uint8Array(5 + body.length)
  new DataView(framed.buffer).setUint32(1, body.length)
  framed.set(body, 5)
  const response = await fetch(`${mesh.url}${path}`, {
    method: 'POST',
    headers: {
      'content-type': protocol === 'connect' ? 'application/proto' : 'application/grpc-web+proto',
      authorization: `Bearer ${token}`,
    },
    body: protocol === 'connect' ? body : framed,
  })
  const text = Buffer.from(await response.arrayBuffer()).toString('latin1')
  if (protocol === 'connect') return response.ok ? 'ok' : (JSON.parse(text) as { code: string }).code
  return response.headers.get('grpc-status') ?? /grpc-status: ?(\d+)/.exec(text)?.[1]
}

describe('what is refused, and beside it the same call done right', () => {
  it('a two-letter title: INVALID_ARGUMENT naming the field', async () => {
    const client = createClient(StoryService, (await mesh.newUser()).transport)
    const error = await failure(client.createStory({ title: 'ab' }))
    expect(error.code).toBe(Code.InvalidArgument)
    expect(error.findDetails(BadRequestSchema)[0]?.fieldViolations.map(({ field }) => field)).toEqual(['title'])
    expect((await client.createStory({ title: 'abc' })).story?.title).toBe('abc')
  })

  it('an unknown method: UNIMPLEMENTED', async () => {
    const user = await mesh.newUser()
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${user.token}` }
    const call = (method: string) =>
      fetch(`${mesh.url}/troupe.story.v1.StoryService/${method}`, { method: 'POST', headers, body: '{}' })
    expect(await (await call('WriteItForMe')).json()).toMatchObject({ code: 'unimplemented' })
    expect((await call('ListStories')).status).toBe(200)
  })

  it('a 5 MiB message: RESOURCE_EXHAUSTED', async () => {
    const client = createClient(StoryService, (await mesh.newUser()).transport)
    const error = await failure(client.createStory({ title: 'Long', content: 'x'.repeat(5 * 1024 * 1024) }))
    expect(error.code).toBe(Code.ResourceExhausted)
    const { story } = await client.createStory({ title: 'Long', content: 'x'.repeat(1024 * 1024) })
    expect(story?.content.length).toBe(1024 * 1024)
  })

  it.each(['connect', 'grpc-web'] as const)('garbage bytes over %s: INVALID_ARGUMENT', async (protocol) => {
    const { token } = await mesh.newUser()
    const path = '/troupe.story.v1.StoryService/ListStories'
    const answer = await raw(protocol, path, new Uint8Array([0xff, 0xff, 0xff, 0x07, 0x01]), token)
    expect(answer).toBe(protocol === 'connect' ? 'invalid_argument' : '3')
    expect(await raw(protocol, path, new Uint8Array(), token)).toBe(protocol === 'connect' ? 'ok' : '0')
  })
})

describe('idempotency keys', () => {
  it('fifty at once create one story; with another body the key is refused', async () => {
    const user = await mesh.newUser()
    const client = createClient(StoryService, user.transport)
    const headers = { 'idempotency-key': randomUUID() }
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => client.createStory({ title: 'Once' }, { headers })),
    )
    expect(new Set(answers.map(({ story }) => story?.id)).size).toBe(1)
    expect((await client.listStories({ authorId: user.id })).stories).toHaveLength(1)
    const error = await failure(client.createStory({ title: 'Twice' }, { headers }))
    expect(error.code).toBe(Code.FailedPrecondition)
    expect(reasonOf(error)).toBe('IDEMPOTENCY_KEY_REUSED')
  })
})
