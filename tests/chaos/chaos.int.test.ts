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
const first = ['kill', 'failpoint', 'nats-wipe', 'postgres-crash']

const seeds: Pick<SeedOptions, 'split' | 'together' | 'faults'>[] = [
  { split: false, faults: faults.filter(({ name }) => first.includes(name)) },
  { split: true, together, faults: brief },
  { split: false, faults: brief },
]

describe('whatever goes wrong while authors work', () => {
  it('nothing acknowledged is lost, nothing happens twice, and all comes to rest', async () => {
    await onGround(async (ground) => {
      for (const [index, options] of seeds.entries()) {
        const seed = index + 1
        const run = { ...options, seed, workload: authorsAtWork, spanMs }
        const { acknowledged, findings, internal, trails } = await runSeed(ground, run)
        const said = [...findings.map(({ kind, check, what }) => `${kind} · ${check}: ${what}`), ...trails]
        expect({ seed, said, internal }).toEqual({ seed, said: [], internal: {} })
        expect(acknowledged).toBeGreaterThan(6)
      }
    })
  }, 300_000)
})
