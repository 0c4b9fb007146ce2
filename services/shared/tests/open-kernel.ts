import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FixedClock } from '../domain/clock.ts'
import { createMediaUrls } from '../infrastructure/blobs/media-url.ts'
import { openBlobs } from '../infrastructure/blobs/open-blobs.ts'
import { ownedBlobs } from '../infrastructure/blobs/owned-blobs.ts'
import { type CallContext, runInCall } from '../infrastructure/call-context.ts'
import { EnvReader, readConfig } from '../infrastructure/config.ts'
import { openDatabase } from '../infrastructure/database.ts'
import type { StoredEvent } from '../infrastructure/event-store.ts'
import type { Kernel } from '../infrastructure/kernel.ts'
import { createSubjectKeys } from '../infrastructure/personal/subject-keys.ts'
import { createPrograms } from '../infrastructure/programs/run-programs.ts'
import { currentUnit, UnitOfWork } from '../infrastructure/unit-of-work.ts'
import { createUnits } from '../infrastructure/units.ts'
import { uuidv7 } from '../infrastructure/uuid.ts'
import type { ContextDefinition } from '../presentation/context.ts'
import { anyCall, testLog as log } from './fixture.ts'
import { installedPrograms } from './installed-programs.ts'
import { suiteDatabase } from './suite-database.ts'

interface Options {
  env?: Record<string, string>
  onStored?: (events: readonly StoredEvent[]) => void
}

/** What a context is assembled from, without a host: a database of its own and a clock that stands still. */
export const openKernel = async (
  definition: ContextDefinition,
  name: string,
  { env = {}, onStored = () => {} }: Options = {},
) => {
  const suite = await suiteDatabase(name, definition.migrations)
  const clock = new FixedClock('2026-11-20T10:00:00Z')
  const dataDir = mkdtempSync(join(tmpdir(), `troupe-${name}-`))
  const secret = () => randomBytes(32).toString('base64')
  const environment = {
    TROUPE_POSTGRES_URL: suite.url,
    TROUPE_DATA: dataDir,
    TROUPE_NATS_URL: 'nats://127.0.0.1:1',
    TROUPE_SERVICE_SECRET: secret(),
    TROUPE_MASTER_KEY: secret(),
    TROUPE_PASSWORD_MEMORY_KIB: process.env.TROUPE_PASSWORD_MEMORY_KIB ?? '',
    ...installedPrograms(),
    ...env,
  }
  const database = openDatabase({ url: suite.url, poolSize: 8, entities: definition.entities, log })
  const config = readConfig(environment)
  const subjectKeys = createSubjectKeys(database, config.masterKey)
  const units = createUnits({
    database,
    clock,
    constraints: definition.constraints ?? {},
    subjectKeys,
    onStored,
    onConflict: () => {},
    timeFlush: (run) => run(),
  })
  const reader = new EnvReader(environment)
  const kernel: Kernel = {
    config,
    contexts: ['identity', 'story'],
    env: reader,
    clock,
    log,
    database,
    changes: undefined as never, // for whoever needs them to add
    blobs: ownedBlobs(openBlobs(config.blobs.place), definition.name),
    programs: createPrograms(config.programs),
    mediaUrl: (key, options) => createMediaUrls(config.masterKey).sign(key, { now: clock.now(), ...options }),
    unit: currentUnit,
    read: (run) => new UnitOfWork(database, uuidv7()).run(run),
    write: (key, handler) => units.run({ key, handler }),
    published: async () => [],
    client: () => {
      throw new Error(`${definition.name} calls no other context`)
    },
  }
  return {
    kernel,
    clock,
    database,
    subjectKeys,
    units,
    /** Runs a use case as one unit of work, as an rpc does. */
    call: <T>(run: () => Promise<T>, context: Partial<CallContext> = {}): Promise<T> =>
      runInCall(anyCall(context), () => units.run({ key: uuidv7(), handler: run })),
    /** Names of an aggregate's events, in order. */
    events: async (streamId: string): Promise<string[]> => {
      const rows = await database.sql<{ name: string }>(
        `select split_part(event_type, '.', 4) as name from event_store where stream_id = $1 order by event_version`,
        streamId,
      )
      return rows.map((row) => row.name)
    },
    close: async () => {
      await database.close()
      await suite.drop()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}
