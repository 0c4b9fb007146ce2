import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { startNats } from '../../deploy/local/nats-server.ts'
import type { Bench } from './setting.ts'

/** A nats-server of one mesh: meshes that shared one would read each other's events. */
export const ownNats = async (bench: Bench, name: string): Promise<{ url: string; stop(): Promise<void> }> => {
  const dataDir = join(bench.folder, `nats-${name}`)
  mkdirSync(dataDir, { recursive: true })
  return startNats({ binary: bench.natsServer, dataDir, log: () => {} })
}
