import { create, toBinary } from '@bufbuild/protobuf'
import { AckPolicy, DeliverPolicy } from '@nats-io/jetstream'
import { headers as natsHeaders } from '@nats-io/transport-node'
import { StoryCreatedSchema } from '#gen/troupe/story/v1/story_events_pb.ts'
import { connectNats } from '../../../services/shared/infrastructure/nats.ts'
import { ensureStream, streamName } from '../../../services/shared/infrastructure/stream.ts'
import { createLogger } from '../../../services/shared/infrastructure/telemetry/logger.ts'
import { uuidv7 } from '../../../services/shared/infrastructure/uuid.ts'
import { answer } from '../answers.ts'

// The reference of events: the same messages from one process to itself over JetStream, without Postgres.

const context = 'bench'
const window = 256
const prefetch = 256

const log = createLogger({ service: 'bench', level: 'error' })
const nats = await connectNats([process.env.TROUPE_NATS_URL ?? ''], 'bench', log)
await ensureStream(nats, context, 1)
const manager = await nats.manager()
await manager.consumers.add(streamName(context), {
  durable_name: 'bench',
  ack_policy: AckPolicy.Explicit,
  deliver_policy: DeliverPolicy.All,
  max_ack_pending: prefetch * 2,
})

let consumed = 0
let waiting: { count: number; done: () => void } | undefined
const consumer = await nats.js.consumers.get(streamName(context), 'bench')
await consumer.consume({
  max_messages: prefetch,
  callback: (message) => {
    message.ack()
    consumed += 1
    if (waiting && consumed >= waiting.count) waiting.done()
  },
})

// As the API of nats.js has it.
const publish = (): Promise<unknown> => {
  const id = uuidv7()
  const init = { storyId: id, authorId: id, title: 'The Fox and the Grapes', language: 'en', category: 'fable' }
  const payload = toBinary(StoryCreatedSchema, create(StoryCreatedSchema, init))
  const headers = natsHeaders()
  headers.set('ce-specversion', '1.0')
  headers.set('ce-id', id)
  headers.set('ce-type', StoryCreatedSchema.typeName)
  headers.set('ce-source', `/troupe/${context}`)
  headers.set('ce-subject', id)
  headers.set('ce-time', new Date(performance.timeOrigin + performance.now()).toISOString())
  headers.set('ce-datacontenttype', 'application/protobuf')
  headers.set('ce-aggregatetype', 'Story')
  headers.set('ce-aggregateversion', '1')
  headers.set('ce-position', '1')
  headers.set('ce-correlationid', id)
  headers.set('ce-causationid', id)
  headers.set('ce-actor', id)
  return nats.js.publish(`troupe.${context}.v1.StoryCreated`, payload, {
    msgID: id,
    headers,
    ttl: '604800s',
    timeout: 5000,
  })
}

const sustain = async ({ seconds }: { seconds: number }) => {
  const before = consumed
  let count = 0
  const began = performance.now()
  const end = began + seconds * 1000
  const lane = async () => {
    while (performance.now() < end) {
      count += 1
      await publish()
    }
  }
  await Promise.all(Array.from({ length: window }, lane))
  await new Promise<void>((done) => {
    waiting = { count: before + count, done }
    if (consumed >= before + count) done()
  })
  return { perSecond: (count * 1000) / (performance.now() - began), count }
}

answer(undefined, { sustain })
