import { runInCall } from '../../../services/shared/infrastructure/call-context.ts'
import { readConfig } from '../../../services/shared/infrastructure/config.ts'
import { openDatabase } from '../../../services/shared/infrastructure/database.ts'
import { MeshClock } from '../../../services/shared/infrastructure/mesh-clock.ts'
import { migrate } from '../../../services/shared/infrastructure/migrate.ts'
import { createLogger } from '../../../services/shared/infrastructure/telemetry/logger.ts'
import { createUnits } from '../../../services/shared/infrastructure/units.ts'
import { uuidv7 } from '../../../services/shared/infrastructure/uuid.ts'
import { answer } from '../answers.ts'
import { entities, migrations, Page, someAuthor } from './page.ts'
import { writerCall } from './writer-call.ts'

/** How many write at once, and for how long. */
export interface Writing {
  callers: number
  seconds: number
}

// The kernel alone: units of work of one new aggregate and its event, from memory to committed.

const config = readConfig(process.env)
const log = createLogger({ service: 'bench', level: 'error' })
const url = config.databaseUrl('pages')
await migrate(url, migrations)
const database = openDatabase({ url, poolSize: config.poolSize, entities, log })
const clock = new MeshClock(database, false)
const units = createUnits({
  database,
  clock,
  constraints: {},
  onStored: () => {},
  onConflict: () => {},
  timeFlush: (run) => run(),
})

const write = async ({ callers, seconds }: Writing) => {
  let count = 0
  const began = performance.now()
  const end = began + seconds * 1000
  const caller = async () => {
    while (performance.now() < end) {
      const author = someAuthor(Math.floor(Math.random() * 1000))
      const handler = async (unit: { add(page: Page): void; next(): string }) =>
        unit.add(Page.write(unit.next(), author, clock.now()))
      await runInCall(writerCall(author), () => units.run({ key: uuidv7(), handler }))
      count += 1
    }
  }
  await Promise.all(Array.from({ length: callers }, caller))
  return { perSecond: (count * 1000) / (performance.now() - began), count }
}

answer({ url, poolSize: config.poolSize }, { write })
