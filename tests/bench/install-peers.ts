import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runProgram } from './load/run-program.ts'
import type { Bench } from './setting.ts'

const folder = join(import.meta.dirname, 'peers')
const stampFile = join(folder, 'node_modules', '.bench-stamp')

const wantedStamp = (): string =>
  createHash('sha256')
    .update(readFileSync(join(folder, 'package-lock.json')))
    .digest('hex')

/** Installs what the peers' lockfile names, unless it is there. Rejects with npm's own words. */
export const installPeers = async ({ report, signal }: Bench): Promise<void> => {
  const stamp = wantedStamp()
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return
  report.say('installing the peers (npm ci in tests/bench/peers, once, about half a minute)')
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  await runProgram(['npm', 'ci', ...flags], { signal, cwd: folder })
  writeFileSync(stampFile, stamp)
}
