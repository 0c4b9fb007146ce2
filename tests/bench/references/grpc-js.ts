import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import { Client, credentials, Server, ServerCredentials, type ServiceDefinition } from '@grpc/grpc-js'
import {
  GetStoryRequestSchema,
  type GetStoryResponse,
  GetStoryResponseSchema,
} from '#gen/troupe/story/v1/story_service_pb.ts'
import { answer } from '../answers.ts'
import { callersFor, type Hop } from '../hop.ts'
import { sampleStory } from '../sample-story.ts'

// The reference of a hop: grpc-js on either end, with the messages and the codec that our ends have.

const path = '/troupe.story.v1.StoryService/GetStory'
const method = {
  path,
  requestStream: false,
  responseStream: false,
  requestSerialize: (request: { storyId: string }) =>
    Buffer.from(toBinary(GetStoryRequestSchema, create(GetStoryRequestSchema, request))),
  requestDeserialize: (bytes: Buffer) => fromBinary(GetStoryRequestSchema, bytes),
  responseSerialize: (response: GetStoryResponse) => Buffer.from(toBinary(GetStoryResponseSchema, response)),
  responseDeserialize: (bytes: Buffer) => fromBinary(GetStoryResponseSchema, bytes),
}

const serve = async (): Promise<string> => {
  const story = sampleStory('019a0000-0000-7000-8000-000000000001')
  const server = new Server()
  server.addService({ getStory: method } as unknown as ServiceDefinition, {
    getStory: (_call: unknown, done: (error: null, response: GetStoryResponse) => void) =>
      done(null, create(GetStoryResponseSchema, { story })),
  })
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  )
  return `127.0.0.1:${port}`
}

let opened: Client | undefined

const run = (hop: Hop) => {
  const client = opened ?? new Client(hop.url, credentials.createInsecure())
  opened = client
  const call = () =>
    new Promise<GetStoryResponse>((resolve, reject) =>
      client.makeUnaryRequest(
        path,
        method.requestSerialize,
        method.responseDeserialize,
        { storyId: '019a0000-0000-7000-8000-000000000001' },
        { deadline: performance.timeOrigin + performance.now() + 5000 },
        (error, response) => (error || !response ? reject(error) : resolve(response)),
      ),
    )
  return callersFor(hop, call)
}

if (process.argv[2] === 'server') answer({ url: await serve() })
else answer(undefined, { run })
