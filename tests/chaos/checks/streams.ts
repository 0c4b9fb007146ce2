import { contexts, rowsOf, type World, withStreams } from '../world.ts'
import { type Check, finder } from './finding.ts'

interface Seen {
  id: string
  aggregate: string
  version: number
  payload: string
}

const readStream = (world: World, context: string): Promise<Seen[]> =>
  withStreams(world, async ({ js, manager }) => {
    const name = `TROUPE_${context.toUpperCase()}`
    const { state } = await manager.streams.info(name)
    const seen: Seen[] = []
    if (state.messages === 0) return seen
    const consumer = await js.consumers.get(name)
    for await (const message of await consumer.consume()) {
      const header = (key: string) => message.headers?.get(key) ?? ''
      seen.push({
        id: header('ce-id'),
        aggregate: header('ce-subject'),
        version: Number(header('ce-aggregateversion')),
        payload: Buffer.from(message.data).toString('base64'),
      })
      if (message.seq >= state.last_seq) break
    }
    return seen
  })

/** Streams hold every event of the stores, those of an aggregate in order, and nothing that is in no store. */
export const checkStreams: Check = async (world) => {
  const { add, findings } = finder('streams hold the stores')
  const poison = new Set(
    [...world.poison, ...world.lostPoison].map(({ payload }) => Buffer.from(payload).toString('base64')),
  )
  for (const context of contexts) {
    const stored = await rowsOf<{ id: string }>(world, context, 'select id from event_store')
    const ids = new Set(stored.map(({ id }) => id))
    const seen = new Set<string>()
    const latest = new Map<string, number>()
    for (const { id, aggregate, version, payload } of await readStream(world, context)) {
      if (poison.has(payload) || seen.has(id)) continue
      seen.add(id)
      if (!ids.has(id)) {
        add('wrong', `event ${id} is on ${context}'s stream and was never committed`)
        continue
      }
      if (version <= (latest.get(aggregate) ?? 0))
        add('wrong', `${aggregate} version ${version} came late on its stream`)
      latest.set(aggregate, version)
    }
    for (const id of ids) if (!seen.has(id)) add('lost', `event ${id} is not on ${context}'s stream`)
  }
  return findings
}
