import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@connectrpc/connect'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { IdentityService } from '#gen/troupe/identity/v1/identity_service_pb.ts'
import { MeshService } from '#gen/troupe/mesh/v1/mesh_service_pb.ts'
import { InvoiceStatus } from '#gen/troupe/subscription/v1/invoice_pb.ts'
import { SubscriptionStatus } from '#gen/troupe/subscription/v1/subscription_pb.ts'
import { SubscriptionService } from '#gen/troupe/subscription/v1/subscription_service_pb.ts'
import { waitUntil } from '../../deploy/local/processes.ts'
import { duration } from '../../services/shared/domain/timestamp.ts'
import { eventually, type TestUser, testMesh } from '../mesh.ts'
import { suiteNats } from '../suite-nats.ts'
import { type ChaosMesh, startChaosMesh } from './chaos-mesh.ts'
import type { Part } from './part.ts'

const dayMs = 86_400_000
const patienceMs = 30_000

let chaos: ChaosMesh
let nats: Awaited<ReturnType<typeof suiteNats>>
let mesh: ReturnType<typeof testMesh>
let billing: Part
const dataDir = mkdtempSync(join(tmpdir(), 'troupe-billing-'))

beforeAll(async () => {
  nats = await suiteNats()
  const postgresUrl = process.env.TROUPE_TEST_POSTGRES_URL ?? ''
  const databasePrefix = `billing_${process.pid}_`
  const replicas = { access: 1, identity: 1, notification: 1, story: 1, subscription: 1, gateway: 1 }
  chaos = await startChaosMesh({ dataDir, replicas, postgresUrl, natsUrl: nats.url, databasePrefix })
  const { url, admin } = chaos
  const facts = { url, admin, split: true, serviceSecret: '', postgresUrl, databasePrefix, natsUrl: nats.url }
  mesh = testMesh(facts)
  billing = chaos.parts.find(({ name }) => name === 'subscription') as Part
}, 120_000)

afterAll(async () => {
  await chaos?.stop()
  await nats?.stop()
  rmSync(dataDir, { recursive: true, force: true })
})

/** Calls again what nobody answers meanwhile. */
const answered = <T>(call: () => Promise<T>): Promise<T> =>
  eventually(async () => ({ value: await call() }), patienceMs).then(({ value }) => value)

const subscriptions = async ({ email, password }: TestUser) => {
  const { tokens } = await createClient(IdentityService, mesh.transport()).login({ email, password })
  return createClient(SubscriptionService, mesh.transport(tokens?.accessToken))
}

const present = async (user: TestUser) =>
  (await answered(async () => (await subscriptions(user)).getSubscription({}))).subscription

const invoicesOf = async (user: TestUser) =>
  (await answered(async () => (await subscriptions(user)).listInvoices({}))).invoices

/** Lets the process that bills begin a life that ends by SIGKILL at a point. */
const arm = async (point: string) => {
  billing.arm({ TROUPE_FAILPOINTS: point })
  billing.signal('SIGKILL')
  await waitUntil(() => billing.isArmed, patienceMs)
  await waitUntil(() => billing.isReady(), patienceMs)
}

/** Whether it died there; where it did not come there so often, it is ended now. */
const hasDied = async (): Promise<boolean> => {
  const died = !billing.isArmed
  if (!died) billing.signal('SIGKILL')
  await waitUntil(async () => !billing.isArmed && (await billing.isReady()), patienceMs)
  return died
}

const expectSound = async () => {
  const operator = createClient(MeshService, await mesh.operator())
  const { results } = await answered(() => operator.checkInvariants({ contexts: ['subscription'] }))
  expect(results.length).toBeGreaterThan(5)
  expect(results.flatMap(({ violations }) => violations)).toEqual([])
}

const times = (place: string, count: number) => Array.from({ length: count }, (_, index) => `${place}#${index + 1}`)
// Before a commit is as good as after the one before it. A life that ended without notice costs some seconds, after
// which others may take over what it was at.
const ofUpgrade = [
  ...times('commit:after', 8),
  ...times('command:before', 3),
  ...times('command:after', 3),
  ...['charge:before#1', 'charge:after#1'],
]
const ofDunning = times('command:after', 7)

describe('a SIGKILL', () => {
  it('at every commit, call and charge of an upgrade: it is paid once, and given', async () => {
    const died: string[] = []
    for (const point of ofUpgrade) {
      const user = await mesh.newUser('Buyer')
      await answered(async () => (await subscriptions(user)).setPaymentMethod({ token: 'tok_success' }))
      await arm(point)
      const headers = { 'idempotency-key': crypto.randomUUID() }
      await answered(async () => (await subscriptions(user)).changeTier({ tier: 'SILVER' }, { headers }))
      await eventually(async () => (await present(user))?.tier === 'SILVER', patienceMs)
      if (await hasDied()) died.push(point)
      expect(await present(user)).toMatchObject({ tier: 'SILVER', requestedTier: '' })
      expect(await invoicesOf(user)).toMatchObject([{ status: InvoiceStatus.PAID, attempts: 1 }])
    }
    expect(died).toEqual(ofUpgrade)
    await expectSound()
  }, 300_000)

  it('at every call of a dunning: four charges, then FREE', async () => {
    const died: string[] = []
    for (const point of ofDunning) {
      const user = await mesh.newUser('Debtor')
      await answered(async () => (await subscriptions(user)).setPaymentMethod({ token: 'tok_success' }))
      await answered(async () => (await subscriptions(user)).changeTier({ tier: 'SILVER' }))
      await eventually(async () => (await present(user))?.tier === 'SILVER', patienceMs)
      await answered(async () => (await subscriptions(user)).setPaymentMethod({ token: 'tok_declined' }))
      await arm(point)
      const operator = async () => createClient(MeshService, await mesh.operator())
      // The renewal, its retries and the end, one after another; the last step is beyond them all.
      for (let days = 0; days < 60; days += 10) {
        await answered(async () => (await operator()).advanceClock({ by: duration(10 * dayMs) }, { timeoutMs: 60_000 }))
      }
      expect(await present(user)).toMatchObject({ tier: 'FREE', status: SubscriptionStatus.ACTIVE })
      if (await hasDied()) died.push(point)
      expect((await invoicesOf(user))[0]).toMatchObject({ status: InvoiceStatus.VOID, attempts: 4 })
    }
    expect(died).toEqual(ofDunning)
    await expectSound()
  }, 400_000)
})
