import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer, type Http2Server, type ServerHttp2Session } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { create, createFileRegistry, fromBinary } from '@bufbuild/protobuf'
import {
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
  MethodOptionsSchema,
  SourceCodeInfoSchema,
} from '@bufbuild/protobuf/wkt'
import { createClient } from '@connectrpc/connect'
import { connectNodeAdapter, createGrpcTransport } from '@connectrpc/connect-node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ServerReflection } from '#gen/grpc/reflection/v1/reflection_pb.ts'
import { ServerReflection as AlphaServerReflection } from '#gen/grpc/reflection/v1alpha/reflection_pb.ts'
import { Health as HealthService } from '#gen/health/v1/health_pb.ts'
import { StoryService } from '#gen/troupe/story/v1/story_service_pb.ts'
import { Health, healthRoute } from '../presentation/health.ts'
import { reflectionServices } from '../presentation/reflection.ts'
import { route } from '../presentation/route.ts'
import { indexSymbols } from '../presentation/symbols.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const descriptors = readFileSync(`${root}/gen/descriptors.binpb`)
const names = [StoryService.typeName, HealthService.typeName]

const health = new Health()
health.set('', 'SERVING')
const routes = [
  ...reflectionServices(descriptors, names),
  healthRoute(health, names),
  route(StoryService, {
    getStory: ({ storyId }) => ({ story: { id: storyId, title: 'The Goose Girl' } }),
    async *watchStory() {
      for (const version of [1, 2]) yield { version }
    },
  }),
]

let server: Http2Server
let address: string
const sessions = new Set<ServerHttp2Session>()

beforeAll(async () => {
  server = createServer(
    connectNodeAdapter({
      routes: (router) => {
        for (const { service, implementation } of routes) router.service(service, implementation)
      },
    }),
  )
  server.on('session', (session) => sessions.add(session))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterAll(async () => {
  for (const session of sessions) session.destroy()
  await new Promise((resolve) => server.close(resolve))
})

const run = promisify(execFile)
const buf = async (protocol: string, ...args: string[]) => {
  const common = ['curl', '--protocol', protocol, '--http2-prior-knowledge']
  return (await run(`${root}/node_modules/.bin/buf`, [...common, ...args], { cwd: root })).stdout.trim()
}

describe.each(['grpc', 'grpcweb', 'connect'])('buf curl over %s, knowing no schema', (protocol) => {
  const storyId = '0193a1b2-0000-7000-8000-000000000001'

  test('lists services', async () => {
    expect((await buf(protocol, '--list-services', address)).split('\n')).toEqual([
      'grpc.health.v1.Health',
      'grpc.reflection.v1.ServerReflection',
      'grpc.reflection.v1alpha.ServerReflection',
      'troupe.story.v1.StoryService',
    ])
  })

  test('lists all methods', async () => {
    const listed = (await buf(protocol, '--list-methods', address)).split('\n')
    for (const method of StoryService.methods) expect(listed).toContain(`${StoryService.typeName}/${method.name}`)
    expect(listed).toContain('grpc.health.v1.Health/Watch')
  })

  test('calls a unary rpc', async () => {
    const answer = await buf(
      protocol,
      '-d',
      JSON.stringify({ storyId }),
      `${address}/${StoryService.typeName}/GetStory`,
    )
    expect(JSON.parse(answer)).toEqual({ story: { id: storyId, title: 'The Goose Girl' } })
  })

  test('calls a streaming rpc', async () => {
    const answer = await buf(
      protocol,
      '-d',
      JSON.stringify({ storyId }),
      `${address}/${StoryService.typeName}/WatchStory`,
    )
    expect(answer.split('\n').filter((line) => line.includes('"version"'))).toHaveLength(2)
  })

  test('reads the schema by v1alpha', async () => {
    const answer = await buf(protocol, '--reflect-protocol', 'grpc-v1alpha', `${address}/grpc.health.v1.Health/Check`)
    expect(JSON.parse(answer)).toEqual({ status: 'SERVING' })
  })
})

type Asked = Parameters<ReturnType<typeof client>['serverReflectionInfo']>[0] extends AsyncIterable<infer R> ? R : never
const client = () => createClient(ServerReflection, createGrpcTransport({ baseUrl: address }))

/** One stream with these questions; file answers as the names of the files. */
const ask = async (...questions: Asked[]) => {
  const answers = []
  const stream = client().serverReflectionInfo(
    (async function* () {
      yield* questions
    })(),
  )
  for await (const { messageResponse, originalRequest, validHost } of stream) {
    const files = messageResponse.case === 'fileDescriptorResponse' ? messageResponse.value.fileDescriptorProto : []
    const protos = files.map((bytes) => fromBinary(FileDescriptorProtoSchema, bytes))
    answers.push({ ...messageResponse, protos, files: protos.map(({ name }) => name), originalRequest, validHost })
  }
  return answers
}
const symbol = (value: string): Asked => ({ messageRequest: { case: 'fileContainingSymbol', value } })

describe('the reflection stream', () => {
  test.each([
    ['troupe.story.v1.StoryService', 'troupe/story/v1/story_service.proto'],
    ['troupe.story.v1.StoryService.GetStory', 'troupe/story/v1/story_service.proto'],
    ['troupe.story.v1.GetStoryRequest', 'troupe/story/v1/story_service.proto'],
    ['troupe.story.v1.GetStoryRequest.story_id', 'troupe/story/v1/story_service.proto'],
    ['troupe.story.v1.StoryOrder', 'troupe/story/v1/story_service.proto'],
    ['troupe.story.v1.STORY_ORDER_TITLE', 'troupe/story/v1/story_service.proto'],
    ['google.rpc.BadRequest.FieldViolation', 'google/rpc/error_details.proto'],
    ['grpc.health.v1.HealthCheckResponse.ServingStatus', 'health/v1/health.proto'],
    ['grpc.health.v1.HealthCheckResponse.SERVING', 'health/v1/health.proto'],
    ['troupe.mesh.v1.Access.rule', 'troupe/mesh/v1/options.proto'],
    ['troupe.mesh.v1.access', 'troupe/mesh/v1/options.proto'],
    ['google.protobuf.Timestamp', 'google/protobuf/timestamp.proto'],
  ])('finds the file of %s', async (name, file) => {
    const [answer] = await ask(symbol(name))
    expect(answer?.files[0]).toBe(file)
  })

  test('an answer carries all imports, so that it can be linked, and the options', async () => {
    const [answer] = await ask(symbol('troupe.story.v1.StoryService'))
    const registry = createFileRegistry(create(FileDescriptorSetSchema, { file: answer!.protos.toReversed() }))
    const method = registry.getService('troupe.story.v1.StoryService')?.methods.find(({ name }) => name === 'GetStory')
    expect(method?.output.typeName).toBe('troupe.story.v1.GetStoryResponse')
    const access = registry.getExtensionFor(registry.getMessage(MethodOptionsSchema.typeName)!, 50001)
    expect(access?.typeName).toBe('troupe.mesh.v1.access')
    expect(method?.proto.options?.$unknown?.map(({ no }) => no)).toContain(50001)
  })

  test('a stream carries an import once, but always the file asked for', async () => {
    const answers = await ask(symbol('troupe.story.v1.Story'), symbol('troupe.story.v1.StoryService'))
    const [first, second] = answers.map(({ files }) => files)
    expect(first).toContain('google/protobuf/timestamp.proto')
    expect(second?.[0]).toBe('troupe/story/v1/story_service.proto')
    expect(second).not.toContain('google/protobuf/timestamp.proto')
    expect(new Set([...first!, ...second!]).size).toBe(first!.length + second!.length)
    const [, again] = await ask(symbol('troupe.story.v1.Story'), symbol('troupe.story.v1.Story'))
    expect(again?.files).toEqual(['troupe/story/v1/story.proto'])
  })

  test('finds files by name, extensions by number, and numbers of extensions', async () => {
    const containingType = 'google.protobuf.MethodOptions'
    const [file, extension, numbers, none] = await ask(
      { messageRequest: { case: 'fileByFilename', value: 'troupe/story/v1/story.proto' }, host: 'somewhere' },
      { messageRequest: { case: 'fileContainingExtension', value: { containingType, extensionNumber: 50002 } } },
      { messageRequest: { case: 'allExtensionNumbersOfType', value: containingType } },
      { messageRequest: { case: 'allExtensionNumbersOfType', value: 'troupe.story.v1.Story' } },
    )
    expect(file?.files[0]).toBe('troupe/story/v1/story.proto')
    expect(file?.validHost).toBe('somewhere')
    expect(file?.originalRequest?.messageRequest.value).toBe('troupe/story/v1/story.proto')
    expect(extension?.files[0]).toBe('troupe/mesh/v1/options.proto')
    expect(numbers?.value).toMatchObject({
      baseTypeName: containingType,
      extensionNumber: [50001, 50002, 50003, 50006],
    })
    expect(none?.value).toMatchObject({ extensionNumber: [] })
  })

  test('what is unknown is NOT_FOUND in an answer, and the stream goes on', async () => {
    const answers = await ask(
      symbol('troupe.story.v1.Nothing'),
      symbol(''),
      { messageRequest: { case: 'fileByFilename', value: 'nothing.proto' } },
      { messageRequest: { case: 'fileContainingExtension', value: { containingType: 'No', extensionNumber: 1 } } },
      {
        messageRequest: {
          case: 'fileContainingExtension',
          value: { containingType: 'google.protobuf.MethodOptions', extensionNumber: 9 },
        },
      },
      { messageRequest: { case: 'allExtensionNumbersOfType', value: 'troupe.story.v1.Nothing' } },
      {},
      symbol('troupe.story.v1.Story'),
    )
    const codes = answers.map((answer) => answer.case === 'errorResponse' && answer.value.errorCode)
    expect(codes).toEqual([5, 5, 5, 5, 5, 5, 3, false])
  })

  test('leaves comments and positions out', async () => {
    const { fileNamed, bytesOf } = indexSymbols(descriptors)
    const story = fileNamed('troupe/story/v1/story.proto')!
    const location = [{ leadingComments: 'Why it is so.' }]
    story.proto.sourceCodeInfo = create(SourceCodeInfoSchema, { location })
    const proto = fromBinary(FileDescriptorProtoSchema, bytesOf(story))
    expect(proto.sourceCodeInfo).toBeUndefined()
    expect(proto.messageType.map(({ name }) => name)).toContain('Story')
    expect(story.proto.sourceCodeInfo.location).toHaveLength(1)
  })

  test('v1alpha answers the same', async () => {
    const alpha = createClient(AlphaServerReflection, createGrpcTransport({ baseUrl: address }))
    const questions = (async function* () {
      yield { messageRequest: { case: 'listServices' as const, value: '' } }
    })()
    for await (const { messageResponse } of alpha.serverReflectionInfo(questions)) {
      const listed = messageResponse.case === 'listServicesResponse' ? messageResponse.value.service : []
      expect(listed.map(({ name }) => name)).toContain('troupe.story.v1.StoryService')
    }
    expect.assertions(1)
  })

  test('a service without descriptors is refused at start', () => {
    expect(() => reflectionServices(descriptors, ['troupe.none.v1.NoService'])).toThrow('troupe.none.v1.NoService')
  })
})
