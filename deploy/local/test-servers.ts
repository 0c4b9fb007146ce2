import { chmodSync, globSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { dataFolder } from './data-folder.ts'
import { findOrInstallNatsServer, startNats } from './nats-server.ts'
import { startPostgres } from './postgres.ts'
import { endLeftover } from './processes.ts'

const log = (line: string) => console.log(line)

/** Ends the servers of tests that were interrupted before they could do so. */
const endServersBelow = async (folder: string): Promise<void> => {
  for (const file of globSync('{*,*/*}/{postgres,nats}.pid', { cwd: folder })) {
    await endLeftover(join(folder, file), file.endsWith('postgres.pid') ? 'SIGINT' : 'SIGTERM')
  }
}

/** Runs `use` with a Postgres and a NATS of its own, which are gone afterwards. */
export const withServers = async <T>(use: (env: NodeJS.ProcessEnv, folder: string) => Promise<T>): Promise<T> => {
  const folder = mkdtempSync(join(tmpdir(), 'troupe-test-'))
  const temporary = join(folder, 'tmp')
  mkdirSync(temporary)
  for (const path of [folder, temporary]) chmodSync(path, 0o711) // Postgres may run as another user
  const servers: { stop(): Promise<void> }[] = []
  try {
    const binary = await findOrInstallNatsServer({ dataDir: dataFolder(), log })
    const postgres = await startPostgres({ dataDir: folder, log })
    servers.push(postgres)
    const nats = await startNats({ binary, dataDir: folder, log })
    servers.push(nats)
    const env = {
      TROUPE_TEST_POSTGRES_URL: postgres.url,
      TROUPE_TEST_NATS_URL: nats.url,
      TROUPE_TEST_NATS_SERVER: binary,
      TMPDIR: temporary,
    }
    return await use(env, folder)
  } finally {
    for (const server of servers.reverse()) await server.stop()
    await endServersBelow(temporary)
    rmSync(folder, { recursive: true, force: true })
  }
}
