import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import http from 'node:http'
import { join } from 'node:path'
import { promisify } from 'node:util'
import {
  create,
  createFileRegistry,
  type DescMessage,
  fromBinary,
  fromJson,
  type Registry,
  toBinary,
  toJson,
} from '@bufbuild/protobuf'
import { type FileDescriptorProto, FileDescriptorProtoSchema, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt'
import { createClient, type Transport } from '@connectrpc/connect'
import {
  createGrpcTransport,
  createGrpcWebTransport,
  createConnectTransport as nodeConnect,
} from '@connectrpc/connect-node'
import { createGrpcWebTransport as browserGrpcWeb, createConnectTransport } from '@connectrpc/connect-web'
import * as grpc from '@grpc/grpc-js'
import { beforeAll, describe, expect, it } from 'vitest'
import { ServerReflectionRequestSchema, ServerReflectionResponseSchema } from '#gen/grpc/reflection/v1/reflection_pb.ts'
import { IdentityService } from '#gen/troupe/identity/v1/identity_service_pb.ts'
import { StoryService } from '#gen/troupe/story/v1/story_service_pb.ts'
import { bearer, type TestUser, testMesh } from '../../tests/mesh.ts'

const mesh = testMesh()
const buf = join(import.meta.dirname, '../../node_modules/.bin/buf')
const run = promisify(execFile)
let user: TestUser

beforeAll(async () => {
  user = await mesh.newAuthor()
})

const registration = () => ({
  email: `${randomUUID()}@example.com`,
  password: `Correct-horse-${randomUUID()}`,
  displayName: 'Ann Author',
})

describe.each(['grpc', 'grpcweb', 'connect'])('buf curl over %s, knowing nothing but the address', (protocol) => {
  const curl = async (...args: string[]) => {
    const { stdout } = await run(buf, ['curl', '--protocol', protocol, '--http2-prior-knowledge', ...args])
    return stdout
  }
  const call = async (method: string, body: object, ...args: string[]) =>
    JSON.parse(await curl('--data', JSON.stringify(body), ...args, `${mesh.url}/${method}`))

  it('lists services and methods', async () => {
    expect(await curl('--list-services', mesh.url)).toContain('troupe.story.v1.StoryService')
    const methods = await curl('--list-methods', mesh.url)
    expect(methods).toContain('troupe.identity.v1.IdentityService/RegisterUser')
    expect(methods).toContain('troupe.mesh.v1.MeshService/TraceCausation')
  })

  it('registers, signs in, creates a story and reads it', async () => {
    const who = registration()
    await call('troupe.identity.v1.IdentityService/RegisterUser', who)
    const { tokens } = await call('troupe.identity.v1.IdentityService/Login', {
      email: who.email,
      password: who.password,
    })
    const authorization = ['--header', `Authorization: Bearer ${tokens.accessToken}`]
    const title = 'The Fox and the Grapes'
    const { story } = await call(
      'troupe.story.v1.StoryService/CreateStory',
      { title, content: 'A fox.' },
      ...authorization,
    )
    const found = await call('troupe.story.v1.StoryService/GetStory', { storyId: story.id }, ...authorization)
    expect(found.story).toMatchObject({ id: story.id, title, status: 'STORY_STATUS_DRAFT' })
  })
})

const transports: [string, (token: string) => Transport][] = [
  ['connect-web, Connect', (token) => createConnectTransport({ baseUrl: mesh.url, interceptors: [bearer(token)] })],
  ['connect-web, gRPC-Web', (token) => browserGrpcWeb({ baseUrl: mesh.url, interceptors: [bearer(token)] })],
  ['connect-node, gRPC', (token) => createGrpcTransport({ baseUrl: mesh.url, interceptors: [bearer(token)] })],
  [
    'connect-node, gRPC-Web',
    (token) => createGrpcWebTransport({ baseUrl: mesh.url, httpVersion: '1.1', interceptors: [bearer(token)] }),
  ],
  [
    'connect-node, Connect h2',
    (token) => nodeConnect({ baseUrl: mesh.url, httpVersion: '2', interceptors: [bearer(token)] }),
  ],
  [
    'connect-web, Connect GET',
    (token) => createConnectTransport({ baseUrl: mesh.url, useHttpGet: true, interceptors: [bearer(token)] }),
  ],
]

describe.each(transports)('%s', (_name, transportFor) => {
  it('creates and reads a story, Unicode and all', async () => {
    const client = createClient(StoryService, transportFor(user.token))
    const title = `Die Prinzessin 👸 und der Wolf — ${randomUUID()}`
    const { story } = await client.createStory({ title, content: 'مرحبا — „Hallo“', language: 'de' })
    const { story: found } = await client.getStory({ storyId: story?.id ?? '' })
    expect(found).toMatchObject({ title, content: 'مرحبا — „Hallo“', authorId: user.id, language: 'de', version: 1 })
  })
})

describe('plain HTTP/1.1', () => {
  const post = (path: string, body: string, headers: Record<string, string> = {}) =>
    new Promise<{ status: number; json: unknown }>((resolve, reject) => {
      const options = { method: 'POST', headers: { 'content-type': 'application/json', ...headers } }
      const request = http.request(`${mesh.url}${path}`, options, async (response) => {
        const chunks: Buffer[] = []
        for await (const chunk of response) chunks.push(chunk as Buffer)
        resolve({ status: response.statusCode ?? 0, json: JSON.parse(Buffer.concat(chunks).toString()) })
      })
      request.on('error', reject).end(body)
    })

  it('takes JSON, as curl sends it, and answers a Connect GET', async () => {
    const made = await post('/troupe.story.v1.StoryService/CreateStory', '{"title":"By curl"}', {
      authorization: `Bearer ${user.token}`,
    })
    expect(made.status).toBe(200)
    const { id } = (made.json as { story: { id: string } }).story
    const query = new URLSearchParams({ connect: 'v1', encoding: 'json', message: JSON.stringify({ storyId: id }) })
    const response = await fetch(`${mesh.url}/troupe.story.v1.StoryService/GetStory?${query}`, {
      headers: { authorization: `Bearer ${user.token}` },
    })
    expect(await response.json()).toMatchObject({ story: { id, title: 'By curl' } })
  })

  it('serves health, readiness, metrics, keys and an OpenAPI document', async () => {
    const get = (path: string) => fetch(`${mesh.url}${path}`)
    expect(await (await get('/health')).json()).toMatchObject({
      status: 'healthy',
      dependencies: { eventBus: 'healthy' },
    })
    expect((await get('/ready')).status).toBe(200)
    expect(await (await get('/metrics')).text()).toContain('process_cpu_seconds_total')
    expect(await (await get('/.well-known/jwks.json')).json()).toMatchObject({ keys: [{ kty: 'OKP', use: 'sig' }] })
    expect(await (await get('/openapi.json')).json()).toMatchObject({ openapi: '3.1.0' })
  })
})

describe('grpc-js with reflected descriptors', () => {
  const reflect = (symbol: string) =>
    new Promise<Registry>((resolve, reject) => {
      const client = new grpc.Client(new URL(mesh.url).host, grpc.credentials.createInsecure())
      const stream = client.makeBidiStreamRequest(
        '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
        (message: unknown) => Buffer.from(toBinary(ServerReflectionRequestSchema, message as never)),
        (bytes: Buffer) => fromBinary(ServerReflectionResponseSchema, bytes),
      )
      stream.on('error', reject)
      stream.on('data', (response: ReturnType<typeof fromBinary<typeof ServerReflectionResponseSchema>>) => {
        const { messageResponse } = response
        if (messageResponse.case !== 'fileDescriptorResponse') return reject(new Error(messageResponse.case))
        const file: FileDescriptorProto[] = messageResponse.value.fileDescriptorProto.map((bytes) =>
          fromBinary(FileDescriptorProtoSchema, bytes),
        )
        stream.end()
        client.close()
        resolve(createFileRegistry(create(FileDescriptorSetSchema, { file: file.reverse() })))
      })
      stream.write(
        create(ServerReflectionRequestSchema, { messageRequest: { case: 'fileContainingSymbol', value: symbol } }),
      )
    })

  it('calls an rpc it learned about from the server', async () => {
    const registry = await reflect(StoryService.typeName)
    const method = registry.getService(StoryService.typeName)?.method.createStory
    const client = new grpc.Client(new URL(mesh.url).host, grpc.credentials.createInsecure())
    const metadata = new grpc.Metadata()
    metadata.set('authorization', `Bearer ${user.token}`)
    const answer = await new Promise<unknown>((resolve, reject) => {
      client.makeUnaryRequest(
        `/${StoryService.typeName}/CreateStory`,
        (json: object) =>
          Buffer.from(toBinary(method?.input as DescMessage, fromJson(method?.input as DescMessage, json as never))),
        (bytes: Buffer) => toJson(method?.output as DescMessage, fromBinary(method?.output as DescMessage, bytes)),
        { title: 'Reflected' },
        metadata,
        (error, response) => (error ? reject(error) : resolve(response)),
      )
    })
    client.close()
    expect(answer).toMatchObject({ story: { title: 'Reflected' } })
  })
})

describe('health over gRPC', () => {
  it('knows the services of the gateway', async () => {
    const { stdout } = await run(buf, [
      'curl',
      '--protocol',
      'grpc',
      '--http2-prior-knowledge',
      '--data',
      JSON.stringify({ service: IdentityService.typeName }),
      `${mesh.url}/grpc.health.v1.Health/Check`,
    ])
    expect(JSON.parse(stdout)).toEqual({ status: 'SERVING' })
  })
})
