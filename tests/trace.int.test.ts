import { createClient } from '@connectrpc/connect'
import { createGrpcTransport } from '@connectrpc/connect-node'
import { InMemorySpanExporter } from '@opentelemetry/sdk-trace'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { StoryCreatedSchema } from '#gen/troupe/story/v1/story_events_pb.ts'
import { file_troupe_story_v1_story } from '#gen/troupe/story/v1/story_pb.ts'
import { StoryService } from '#gen/troupe/story/v1/story_service_pb.ts'
import { freePort } from '../deploy/local/processes.ts'
import { contextNames, loadContext } from '../services/contexts.ts'
import { type MeshProcess, startProcess } from '../services/mesh-process.ts'
import { react } from '../services/shared/application/consumers.ts'
import { defineContext } from '../services/shared/presentation/context.ts'
import { meshDatabase } from '../services/shared/tests/suite-database.ts'
import { eventually, testMesh } from './mesh.ts'
import { suiteNats } from './suite-nats.ts'

const exporter = new InMemorySpanExporter()
const secret = Buffer.alloc(32, 7).toString('base64url')
const prefix = `trace_${process.pid}_`
let mesh: MeshProcess
let nats: Awaited<ReturnType<typeof suiteNats>>

/** A context of its own that hears of every story, as later ones will. */
const audience = defineContext({
  name: 'audience',
  entities: [],
  migrations: [],
  events: file_troupe_story_v1_story,
  compose: () => ({ routes: [], consumers: [react('hear', [StoryCreatedSchema], () => {})] }),
})

beforeAll(async () => {
  nats = await suiteNats()
  for (const context of contextNames) {
    await meshDatabase(process.env.TROUPE_TEST_POSTGRES_URL ?? '', prefix, context)
  }
  mesh = await startProcess({
    environment: {
      TROUPE_POSTGRES_URL: process.env.TROUPE_TEST_POSTGRES_URL,
      TROUPE_DATABASE_PREFIX: prefix,
      TROUPE_NATS_URL: nats.url,
      TROUPE_PORT: String(await freePort()),
      TROUPE_SERVICE_SECRET: secret,
      TROUPE_MASTER_KEY: secret,
      TROUPE_LOG_LEVEL: 'error',
    },
    definitions: [...(await Promise.all(contextNames.map(loadContext))), audience],
    gatewayTo: contextNames,
    exporter,
  })
})

afterAll(async () => {
  await mesh.stop()
  await nats.stop()
})

describe('a trace of CreateStory', () => {
  it('shows gateway, rpc, flush, relay and consumer under one trace id, each under what caused it', async () => {
    const facts = { url: mesh.url, split: false, admin: { email: '', password: '' }, serviceSecret: secret }
    const user = await testMesh({ ...facts, postgresUrl: '', databasePrefix: prefix, folders: [] }).newUser()
    const traceId = '0af7651916cd43dd8448eb211c80319c'
    const headers = { traceparent: `00-${traceId}-b7ad6b7169203331-01` }
    await createClient(StoryService, createGrpcTransport({ baseUrl: mesh.url })).listStories(
      {},
      { headers: { traceparent: '' } },
    )
    await createClient(StoryService, user.transport).createStory({ title: 'A traced story' }, { headers })
    const spans = await eventually(() => {
      const found = exporter.getFinishedSpans().filter((span) => span.spanContext().traceId === traceId)
      const names = found.map(({ name }) => name)
      return names.includes('audience.hear process') && names.some((name) => name.startsWith('gateway'))
        ? found
        : undefined
    }, 20_000)
    const byName = new Map(spans.map((span) => [span.name, span]))
    const parentOf = (name: string) => byName.get(name)?.parentSpanContext?.spanId
    const idOf = (name: string) => byName.get(name)?.spanContext().spanId
    const rpc = 'troupe.story.v1.StoryService/CreateStory'
    expect(parentOf(`gateway /${rpc}`)).toBe('b7ad6b7169203331')
    expect(parentOf(rpc)).toBe(idOf(`gateway /${rpc}`))
    expect(spans.filter((span) => span.name === 'flush').map((span) => span.parentSpanContext?.spanId)).toContain(
      idOf(rpc),
    )
    expect(parentOf('troupe.story.v1.StoryCreated publish')).toBe(idOf(rpc))
    expect(parentOf('audience.hear process')).toBe(idOf('troupe.story.v1.StoryCreated publish'))
  })
})
