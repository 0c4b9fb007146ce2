import { randomBytes, randomUUID } from 'node:crypto'
import { type MsgHdrs, headers as natsHeaders } from '@nats-io/transport-node'
import type { Random } from '../random.ts'
import { contexts, type Poison, rowsOf, type World, withStreams } from '../world.ts'
import type { Fault } from './fault.ts'

const away = 'not brought about, the server being away'
const streamOf = (source: string) => `TROUPE_${source.toUpperCase()}`

/** Puts copies of messages that are on a stream onto it again, the newer ones first. */
const copyMessages = (world: World, source: string, random: Random): Promise<number> =>
  withStreams(world, async ({ js, manager }) => {
    const { state } = await manager.streams.info(streamOf(source))
    const count = Math.min(40, state.messages)
    const from = random.int(state.first_seq, Math.max(state.first_seq, state.last_seq - count))
    let copied = 0
    for (let sequence = from + count; sequence >= from; sequence -= 1) {
      const message = await manager.streams.getMessage(streamOf(source), { seq: sequence }).catch(() => undefined)
      if (!message) continue
      const headers = natsHeaders()
      // Without its id the server takes it for another message.
      for (const key of message.header.keys()) {
        if (!key.startsWith('Nats-')) headers.set(key, message.header.get(key))
      }
      await js.publish(message.subject, message.data, { headers, timeout: 2000 })
      copied += 1
    }
    return copied
  })

const duplicates: Fault = {
  name: 'duplicates',
  on: 'messages',
  run: async (world, random) => {
    const source = random.pick(contexts)
    const copied = await copyMessages(world, source, random).catch(() => undefined)
    return copied === undefined ? away : `${copied} of ${source}`
  },
}

/** Makes consumers read their streams again, from the start or from where they stand. */
const redelivery: Fault = {
  name: 'redelivery',
  on: 'messages',
  run: async (world, random) => {
    const fromStart = random.chance(0.5)
    const sql = fromStart
      ? `update consumer_leases set floor = 0, epoch = epoch + 1, expires_at = '-infinity'`
      : `update consumer_leases set epoch = epoch + 1, expires_at = '-infinity'`
    return rowsOf(world, random.pick(contexts), sql).then(
      () => (fromStart ? 'all from the start' : 'all taken over'),
      () => away,
    )
  },
}

const subjects = [
  { source: 'identity', event: 'UserRegistered', consumers: ['authors', 'members', 'people', 'tell'] },
  { source: 'identity', event: 'ProfileUpdated', consumers: ['authors', 'people'] },
  { source: 'identity', event: 'UserDeleted', consumers: ['authors', 'erase-subject', 'members', 'people'] },
  { source: 'access', event: 'RoleAssigned', consumers: ['roles'] },
  { source: 'story', event: 'StoryAnalysisRequested', consumers: ['analyze'] },
  { source: 'story', event: 'PublishingStarted', consumers: ['process-publishing'] },
] as const

// No field has this tag, so that no message has these bytes.
const garbage = (size: number) => Buffer.concat([Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff]), randomBytes(size)])

const wrongHeaders: Record<string, (headers: MsgHdrs, type: string) => void> = {
  'garbage payload': () => {},
  'no headers': (headers) => {
    for (const key of headers.keys()) headers.delete(key)
  },
  'unknown type': (headers) => headers.set('ce-type', 'troupe.nobody.v1.NothingHappened'),
  'nonsense in headers': (headers) => {
    headers.set('ce-id', 'not-an-id')
    headers.set('ce-time', 'yesterday')
    headers.set('ce-aggregateversion', '-1e99')
    headers.set('ce-position', 'NaN')
    headers.set('traceparent', '00-zz')
  },
  'long headers': (headers) => {
    for (const key of ['ce-subject', 'ce-correlationid', 'ce-actor'])
      headers.set(key, randomBytes(4000).toString('hex'))
  },
  'control characters': (headers) => {
    for (const key of ['ce-subject', 'ce-correlationid', 'ce-actor']) headers.set(key, `a\0b\u0007${randomUUID()}`)
  },
}

const poisonOf = (random: Random): Poison & { subject: string; headers: MsgHdrs } => {
  const { source, event, consumers } = random.pick(subjects)
  const type = `troupe.${source}.v1.${event}`
  const headers = natsHeaders()
  const values = {
    'ce-id': randomUUID(),
    'ce-type': type,
    'ce-subject': randomUUID(),
    'ce-time': '2026-01-01T00:00:00Z',
  }
  for (const [key, value] of Object.entries(values)) headers.set(key, value)
  const kind = random.pick(Object.keys(wrongHeaders))
  wrongHeaders[kind]?.(headers, type)
  return { source, consumers, subject: type, headers, payload: garbage(random.chance(0.1) ? 1 << 20 : 40), kind }
}

const poison: Fault = {
  name: 'poison',
  on: 'messages',
  run: async (world, random) => {
    const put: string[] = []
    for (let left = random.int(1, 4); left > 0; left -= 1) {
      const { subject, headers, ...rest } = poisonOf(random)
      const { wipes } = world
      const sent = withStreams(world, ({ js }) => js.publish(subject, rest.payload, { headers, timeout: 2000 }))
      const arrived = await sent.then(
        () => true,
        () => false,
      )
      // Where the answer was lost it may be there all the same.
      ;(arrived && wipes === world.wipes ? world.poison : world.lostPoison).push(rest)
      if (arrived) put.push(`${subject.split('.').at(-1)} (${rest.kind})`)
    }
    return put.join(', ') || away
  },
}

/** What happens to messages on streams. */
export const messageFaults: readonly Fault[] = [duplicates, redelivery, poison]
