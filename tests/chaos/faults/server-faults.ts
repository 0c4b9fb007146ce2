import { type World, withDatabase } from '../world.ts'
import { type Fault, pause } from './fault.ts'

const serveWithinMs = 20_000

const noDisk = 'no file system can be mounted here'

const postgresCrash: Fault = {
  name: 'postgres-crash',
  on: 'postgres',
  run: async ({ postgres }, _random, holdMs) => {
    await postgres.crash('SIGQUIT') // its immediate shutdown
    await pause(holdMs / 2)
    await postgres.start()
    return ''
  },
}

const natsKill: Fault = {
  name: 'nats-kill',
  on: 'nats',
  run: async ({ nats }, _random, holdMs) => {
    await nats.crash('SIGKILL')
    await pause(holdMs / 2)
    await nats.start()
    return ''
  },
}

const natsWipe: Fault = {
  name: 'nats-wipe',
  on: 'nats',
  run: async (world, _random, holdMs) => {
    const { nats } = world
    await nats.crash('SIGKILL')
    nats.wipe()
    world.wipes += 1
    world.lostPoison.push(...world.poison.splice(0))
    await pause(holdMs / 2)
    await nats.start()
    return ''
  },
}

const natsDisk: Fault = {
  name: 'nats-disk-full',
  on: 'nats',
  obstacle: ({ nats }) => (nats.disk ? undefined : noDisk),
  run: async ({ nats }, _random, holdMs) => {
    nats.disk?.fill()
    await pause(holdMs)
    nats.disk?.free()
    // A stream that could not be written to takes nothing more, until the server is started again.
    await nats.crash('SIGTERM')
    await nats.start()
    return ''
  },
}

/** A server that ran out of disk may still be about to end. */
const bringBack = async (world: World): Promise<void> => {
  const deadline = performance.now() + serveWithinMs
  while (performance.now() < deadline) {
    await world.postgres.start()
    const serves = await withDatabase(world, undefined, (client) => client.query('select 1')).then(
      () => true,
      () => false,
    )
    if (serves) return
    await pause(100)
  }
  throw new Error(`Postgres does not serve again within ${serveWithinMs} ms`)
}

const postgresDisk: Fault = {
  name: 'postgres-disk-full',
  on: 'postgres',
  obstacle: ({ postgres }) => (postgres.disk ? undefined : noDisk),
  run: async (world, random, holdMs) => {
    const { postgres } = world
    postgres.disk?.fill()
    // Into a segment of its log that does not exist yet: that one cannot be made now.
    if (random.chance(0.5))
      await withDatabase(world, undefined, (client) => client.query('select pg_switch_wal()')).catch(() => {})
    await pause(holdMs)
    postgres.disk?.free()
    await bringBack(world)
    return ''
  },
}

const longTransaction: Fault = {
  name: 'long-transaction',
  on: 'transactions',
  run: async (world, _random, holdMs) => {
    const hold = withDatabase(world, undefined, async (client) => {
      await client.query('begin isolation level repeatable read')
      await client.query('select pg_current_xact_id()')
      await pause(2 * holdMs)
    })
    await hold.catch(() => {}) // the server may crash meanwhile
    return ''
  },
}

/** What happens to Postgres and NATS. */
export const serverFaults: readonly Fault[] = [
  postgresCrash,
  natsKill,
  natsWipe,
  natsDisk,
  postgresDisk,
  longTransaction,
]
