import { AuditLogAnchoredSchema, file_troupe_access_v1_access_events } from '#gen/troupe/access/v1/access_events_pb.ts'
import { contractsOf } from '#shared/infrastructure/event-codec.ts'
import type { Kernel } from '#shared/infrastructure/kernel.ts'
import { connectNats } from '#shared/infrastructure/nats.ts'
import { publishedEvents } from '#shared/infrastructure/published-events.ts'
import { Relay } from '#shared/infrastructure/relay.ts'
import { isMissing, streamName } from '#shared/infrastructure/stream.ts'
import { startTracing } from '#shared/infrastructure/telemetry/tracing.ts'
import { eventually } from '../../../tests/mesh.ts'
import { testLog as log } from '../../shared/tests/fixture.ts'
import { openAccess } from './fixture.ts'

const context = 'access'
const stream = streamName(context)

/** Access whose events go out on an empty stream of JetStream's, as in a mesh. */
export const openAnchored = async (name: string, natsUrl: string) => {
  const nats = await connectNats([natsUrl], 'test', log)
  const manager = await nats.manager()
  await manager.streams.delete(stream).catch((error: unknown) => {
    if (!isMissing(error)) throw error
  })
  const published: Kernel['published'] = (schema) => publishedEvents(nats, context, schema)
  const access = await openAccess(name, { published })
  const { app, call, clock, database, databaseUrl } = access
  const relay = new Relay({
    context,
    database,
    databaseUrl,
    nats,
    replicas: 1,
    clock,
    log,
    tracing: startTracing({ service: 'test', sampleRatio: 0 }),
    contracts: contractsOf(file_troupe_access_v1_access_events),
  })
  relay.start()
  return {
    ...access,
    verify: () => call(() => app.verifyAuditLog()),
    /** Does what access does every minute, and waits until others were told. */
    anchor: async (): Promise<void> => {
      await call(() => app.anchorAuditLog())
      relay.wake()
      await eventually(async () => (await database.sql('select 1 from outbox limit 1')).length === 0 || undefined)
    },
    /** What others were told. */
    anchors: async () => (await published(AuditLogAnchoredSchema)).map(({ sequence, hash }) => ({ sequence, hash })),
    /** The stream has forgotten what is older than the newest anchor. */
    forgetOlder: () => manager.streams.purge(stream, { keep: 1 }),
    close: async () => {
      await relay.stop()
      await nats.close()
      await access.close()
    },
  }
}

export type AnchoredAccess = Awaited<ReturnType<typeof openAnchored>>
