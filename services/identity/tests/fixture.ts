import { randomBytes } from 'node:crypto'
import { FixedClock } from '#shared/domain/clock.ts'
import { type CallContext, runInCall } from '#shared/infrastructure/call-context.ts'
import { EnvReader, readConfig } from '#shared/infrastructure/config.ts'
import { openDatabase } from '#shared/infrastructure/database.ts'
import { createLogger } from '#shared/infrastructure/telemetry/logger.ts'
import { currentUnit, UnitOfWork } from '#shared/infrastructure/unit-of-work.ts'
import { createUnits } from '#shared/infrastructure/units.ts'
import { uuidv7 } from '#shared/infrastructure/uuid.ts'
import type { Kernel } from '#shared/presentation/context.ts'
import { suiteDatabase } from '../../shared/tests/suite-database.ts'
import { assemble, identity } from '../service.ts'

const callBy = (address: string): CallContext => ({
  principal: { kind: 'anonymous' },
  actor: '',
  correlationId: uuidv7(),
  causationId: uuidv7(),
  cause: '/test',
  traceparent: undefined,
  address,
  deadline: undefined,
  signal: new AbortController().signal,
})

/** Makes assemblies of identity on one database, with a clock that stands still until it is moved. */
export const openIdentity = async (name: string, env: Record<string, string> = {}) => {
  const suite = await suiteDatabase(name, identity.migrations)
  const clock = new FixedClock('2026-11-20T10:00:00Z')
  const log = createLogger({ service: 'identity', level: 'error', destination: { write: () => {} } })
  const secret = () => randomBytes(32).toString('base64')
  const environment = {
    TROUPE_POSTGRES_URL: suite.url,
    TROUPE_NATS_URL: 'nats://127.0.0.1:1',
    TROUPE_SERVICE_SECRET: secret(),
    TROUPE_MASTER_KEY: secret(),
    ...env,
  }
  const config = readConfig(environment)
  const database = openDatabase({ url: suite.url, poolSize: 8, entities: identity.entities, log })
  const units = createUnits({
    database,
    clock,
    constraints: identity.constraints ?? {},
    onStored: () => {},
    onConflict: () => {},
    timeFlush: (run) => run(),
  })
  const reader = new EnvReader(environment)
  const kernel = (masterKey: Uint8Array = config.masterKey): Kernel =>
    ({
      config: { ...config, masterKey },
      env: reader,
      clock,
      log,
      database,
      unit: currentUnit,
      read: (run: () => Promise<unknown>) => new UnitOfWork(database, uuidv7()).run(run),
      write: (key: string, handler: () => Promise<unknown>) => units.run({ key, handler }),
    }) as unknown as Kernel
  const parts = await assemble(kernel())
  reader.done()
  return {
    ...parts,
    kernel,
    clock,
    config,
    database,
    /** Runs a use case as one unit of work, as an rpc from an address does. */
    call: <T>(run: () => Promise<T>, address = '192.0.2.1'): Promise<T> =>
      runInCall(callBy(address), () => units.run({ key: uuidv7(), handler: run })),
    events: async (streamId: string) =>
      (
        await database.sql<{ name: string }>(
          `select split_part(event_type, '.', 4) as name from event_store where stream_id = $1 order by event_version`,
          streamId,
        )
      ).map((row) => row.name),
    close: async () => {
      await database.close()
      await suite.drop()
    },
  }
}

export type TestIdentity = Awaited<ReturnType<typeof openIdentity>>

/** A password that nobody guesses. */
export const goodPassword = 'correct-horse-battery'

/** Opens an account and a session. */
export const newPerson = async ({ app, call }: TestIdentity, email = `${uuidv7()}@example.com`) => {
  const input = { email, password: goodPassword, displayName: 'Ann Author', language: '', source: 'test' }
  const { id } = await call(() => app.registerUser(input))
  const signedIn = await call(() => app.login(email, goodPassword, { device: 'test', address: '192.0.2.1' }))
  return { id, email, ...signedIn }
}
