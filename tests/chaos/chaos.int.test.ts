import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { contextNames } from '../../services/contexts.ts'
import { faults } from './faults/faults.ts'
import { type Ground, withGround } from './ground.ts'
import { runSeed, type SeedOptions } from './seed-run.ts'
import { authorsAtWork } from './workload/authors.ts'

const spanMs = 4000

const onGround = async <T>(use: (ground: Ground) => Promise<T>): Promise<T> => {
  const binary = process.env.TROUPE_TEST_NATS_SERVER
  if (!binary) throw new Error('TROUPE_TEST_NATS_SERVER is not set: run tests with npm test')
  const folder = mkdtempSync(join(tmpdir(), 'troupe-chaos-'))
  try {
    return await withGround({ folder, withDisks: false, isThrowaway: true, binary }, use)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

// `npm run chaos` gives each a process: what a process costs to start would soon be most of the time here.
const together = contextNames.filter((name) => !['notification', 'story'].includes(name))
const possible = faults.filter(({ obstacle }) => !obstacle)
// Cut without a word: it takes many seconds until anybody can know.
const brief = possible.filter(({ name }) => name !== 'link-silent')
const chosen = (...names: string[]) => faults.filter(({ name }) => names.includes(name))

const seeds = (runs: Omit<SeedOptions, 'spanMs'>[]) =>
  onGround(async (ground) => {
    for (const run of runs) {
      const { acknowledged, findings, internal, trails } = await runSeed(ground, { ...run, spanMs })
      const said = [...findings.map(({ kind, check, what }) => `${kind} · ${check}: ${what}`), ...trails]
      expect({ seed: run.seed, said, internal }).toEqual({ seed: run.seed, said: [], internal: {} })
      expect(acknowledged).toBeGreaterThan(6)
    }
  })

describe('whatever goes wrong while authors work', () => {
  it('nothing acknowledged is lost, nothing happens twice, and all comes to rest', async () => {
    await seeds([
      {
        workload: authorsAtWork,
        seed: 1,
        split: false,
        faults: chosen('kill', 'failpoint', 'nats-wipe', 'postgres-crash'),
      },
      { workload: authorsAtWork, seed: 2, split: true, together, faults: brief },
      { workload: authorsAtWork, seed: 3, split: false, faults: brief },
    ])
  }, 300_000)
})
