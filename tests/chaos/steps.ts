import { testMesh } from '../mesh.ts'
import type { Report } from '../report.ts'
import { billingSteps, dunningPoints, recoveryPoints, renewalPoints, upgradePoints } from './billing-steps.ts'
import { erasurePoints, erasureStep } from './erasure-steps.ts'
import type { Ground } from './ground.ts'
import { one } from './load/load.ts'
import type { Part } from './part.ts'

type Step = { name: string; findings: () => Promise<string[]> }

/** Kills processes at every step of what takes many: an upgrade, a renewal, a dunning, an erasure. Says each as it ends. */
export const killAtSteps = (ground: Ground, report: Report, signal: AbortSignal): Promise<void> =>
  ground.withWorld({ name: 'steps', replicas: one }, async ({ mesh: { parts, url, admin } }) => {
    const mesh = testMesh({
      url,
      admin,
      split: true,
      serviceSecret: '',
      postgresUrl: '',
      databasePrefix: '',
      folders: [],
    })
    const partOf = (name: string) => parts.find((part) => part.name === name) as Part
    const billing = billingSteps(mesh, partOf('subscription'), partOf('payment'))
    const steps: Step[] = [
      ...upgradePoints.map((point) => ({ name: `upgrade ${point}`, findings: () => billing.upgrade(point) })),
      ...renewalPoints.map((point) => ({ name: `renewal ${point}`, findings: () => billing.renewal(point) })),
      ...recoveryPoints.map((point) => ({ name: `recovery ${point}`, findings: () => billing.recovery(point) })),
      ...dunningPoints.map((point) => ({ name: `dunning ${point}`, findings: () => billing.dunning(point) })),
      { name: 'invariants of payment and subscription', findings: billing.violations },
      ...erasurePoints.map(([part, point]) => ({
        name: `erasure ${part} ${point}`,
        findings: () => erasureStep(mesh, partOf(part), point),
      })),
    ]
    let failed = 0
    for (const { name, findings } of steps) {
      const startedAt = performance.now()
      const found = await findings().catch((error: Error) => [error.message])
      signal.throwIfAborted()
      const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
      report.say(`${found.length === 0 ? '✓' : '✗'} ${name} (${seconds} s)`)
      for (const finding of found) report.fellShort(`${name}: ${finding}`)
      if (found.length > 0) failed += 1
    }
    report.say(`${steps.length} steps, ${failed} with findings`)
  })
