import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startNats } from '../deploy/local/nats-server.ts'
import { freePort } from '../deploy/local/processes.ts'

/** A nats-server of one suite, on one port and folder through kills and wipes. */
export const suiteNats = async () => {
  const binary = process.env.TROUPE_TEST_NATS_SERVER
  if (!binary) throw new Error('TROUPE_TEST_NATS_SERVER is not set: run tests with npm test')
  const dataDir = mkdtempSync(join(tmpdir(), 'troupe-nats-'))
  const port = await freePort()
  const start = () => startNats({ binary, dataDir, port, log: () => {} })
  let server = await start()
  return {
    url: server.url,
    /** Where JetStream keeps its files. */
    dataDir,
    async kill() {
      server.kill()
      await server.exited
    },
    wipe: () => rmSync(join(dataDir, 'nats'), { recursive: true, force: true }),
    async start() {
      server = await start()
    },
    async stop() {
      await server.stop()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}
