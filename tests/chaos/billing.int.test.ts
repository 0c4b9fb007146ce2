import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { contextNames } from '../../services/contexts.ts'
import { meshDatabase } from '../../services/shared/tests/suite-database.ts'
import { testMesh } from '../mesh.ts'
import { suiteNats } from '../suite-nats.ts'
import { billingSteps } from './billing-steps.ts'
import { type ChaosMesh, replicas, startChaosMesh } from './chaos-mesh.ts'
import type { Part } from './part.ts'

let chaos: ChaosMesh
let nats: Awaited<ReturnType<typeof suiteNats>>
let steps: ReturnType<typeof billingSteps>
const together = contextNames.filter((name) => name !== 'subscription')
const dataDir = mkdtempSync(join(tmpdir(), 'troupe-billing-'))

beforeAll(async () => {
  nats = await suiteNats()
  const postgresUrl = process.env.TROUPE_TEST_POSTGRES_URL ?? ''
  const databasePrefix = `billing_${process.pid}_`
  for (const context of contextNames) await meshDatabase(postgresUrl, databasePrefix, context)
  chaos = await startChaosMesh({
    dataDir,
    replicas: replicas(1),
    together,
    postgresUrl,
    natsUrl: nats.url,
    databasePrefix,
  })
  const { url, admin } = chaos
  const mesh = testMesh({ url, admin, split: true, serviceSecret: '', postgresUrl, databasePrefix, folders: [] })
  steps = billingSteps(mesh, chaos.parts.find(({ name }) => name === 'subscription') as Part)
}, 120_000)

afterAll(async () => {
  await chaos?.stop()
  await nats?.stop()
  rmSync(dataDir, { recursive: true, force: true })
})

// `npm run chaos` goes through every point.
it('a SIGKILL after a charge, before that is noted: it is not charged again', async () => {
  expect(await steps.upgrade('charge:after#1')).toEqual([])
  expect(await steps.violations()).toEqual([])
}, 120_000)

it('a SIGKILL after the charge of who was suspended and has another card: it is not charged again', async () => {
  expect(await steps.recovery('charge:after#1')).toEqual([])
  expect(await steps.violations()).toEqual([])
}, 120_000)
