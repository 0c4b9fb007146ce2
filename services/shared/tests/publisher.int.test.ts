import { JetStreamApiError } from '@nats-io/jetstream'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Link } from '../../../tests/chaos/link.ts'
import { eventually } from '../../../tests/mesh.ts'
import { suiteNats } from '../../../tests/suite-nats.ts'
import { connectNats, type Nats } from '../infrastructure/nats.ts'
import { natsHeaders } from '../infrastructure/nats-headers.ts'
import { openPublisher, type Publisher } from '../infrastructure/publisher.ts'
import { ensureStream, streamName } from '../infrastructure/stream.ts'
import { testLog } from './fixture.ts'

const subject = 'troupe.story.v1.StoryCreated'
const payload = Buffer.from('a story')

let server: Awaited<ReturnType<typeof suiteNats>>
let link: Link
let nats: Nats
let publisher: Publisher

beforeAll(async () => {
  server = await suiteNats()
  const url = new URL(server.url)
  link = await Link.open({ host: url.hostname, port: Number(url.port) })
  nats = await connectNats([`nats://127.0.0.1:${link.port}`], 'test', testLog)
  await ensureStream(nats, 'story', 1)
  publisher = openPublisher(nats)
})

afterAll(async () => {
  publisher.close()
  await nats.close()
  await link.close()
  await server.stop()
})

const publish = (id: string, to = subject) => publisher.publish(to, payload, natsHeaders({ 'Nats-Msg-Id': id }))

it('says which number each message got, of a repeat the number that it had', async () => {
  const ids = Array.from({ length: 300 }, (_, index) => String(index))
  const numbers = await Promise.all(ids.map((id) => publish(id)))
  expect(numbers).toEqual(ids.map((id) => Number(id) + 1))
  expect(await Promise.all([publish('7'), publish('299')])).toEqual([8, 300])
})

it('says at once when no stream takes the subject, and what the stream refuses', async () => {
  await expect(publish('a', 'nobody.listens')).rejects.toThrow('no stream takes')
  const headers = natsHeaders({ 'Nats-Msg-Id': 'b', 'Nats-TTL': 'soon' })
  await expect(publisher.publish(subject, payload, headers)).rejects.toThrow(JetStreamApiError)
})

it('gives up what was under way when the connection broke, and goes on over the next one', async () => {
  await publish('before')
  link.set({ kind: 'silent' })
  const lost = expect(publish('under way')).rejects.toThrow('the connection broke')
  await new Promise((resolve) => setTimeout(resolve, 100))
  link.set({ kind: 'open' })
  link.resetAll()
  await lost
  await eventually(async () => nats.isConnected() || undefined)
  const number = await publish('under way')
  expect(await publish('before')).toBe(number - 1)
  const manager = await nats.manager()
  expect((await manager.streams.info(streamName('story'))).state.last_seq).toBe(number)
})

it('gives up what is not answered, and what waits when it is closed', async () => {
  const other = openPublisher(nats)
  link.set({ kind: 'silent' })
  const headers = natsHeaders({ 'Nats-Msg-Id': 'c' })
  await expect(other.publish(subject, payload, headers)).rejects.toThrow(/no answer within|connection broke/)
  const waiting = expect(other.publish(subject, payload, headers)).rejects.toThrow('was closed')
  other.close()
  await waiting
  link.set({ kind: 'open' })
}, 20_000)
