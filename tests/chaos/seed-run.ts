import { cpSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ContextName } from '../../services/contexts.ts'
import { replicas } from './chaos-mesh.ts'
import { checkAccounts } from './checks/accounts.ts'
import { checkCalls } from './checks/calls.ts'
import { checkConsumers } from './checks/consumers.ts'
import { checkDeadLetters } from './checks/dead-letters.ts'
import type { Check, Finding } from './checks/finding.ts'
import { checkAnswers, checkInvariants } from './checks/operators.ts'
import { checkPayments } from './checks/payments.ts'
import { checkProcesses } from './checks/processes.ts'
import { checkStories } from './checks/stories.ts'
import { checkStreams } from './checks/streams.ts'
import type { Fault } from './faults/fault.ts'
import type { Ground } from './ground.ts'
import { type MeshOperator, meshOperator } from './operator.ts'
import { untilQuiet, type Wait } from './quiet.ts'
import { seeded } from './random.ts'
import { bringAbout, type Happened, plan } from './schedule.ts'
import { startWorkload, type Workload } from './workload/workload.ts'
import type { World } from './world.ts'

const patienceMs = 90_000
const lookingMs = 30_000
const lookAgainMs = 500
const splitReplicas = replicas(1, { notification: 2, story: 2 })

export interface SeedOptions {
  seed: number
  /** A process a context, two of notification's and of story's, and the gateway; otherwise one for all. */
  split: boolean
  /** Of those, the contexts that share one process after all. */
  together?: readonly ContextName[]
  faults: readonly Fault[]
  /** For how long faults are begun. */
  spanMs: number
  /** Where logs are kept when something was found. */
  keepLogs?: string
}

export interface SeedResult {
  seed: number
  split: boolean
  acknowledged: number
  refused: number
  /** Tries beyond the first. */
  repeats: number
  findings: Finding[]
  /** Answers INTERNAL, which an outage must not cause. */
  internal: Record<string, number>
  happened: Happened[]
  /** Faults that cannot be brought about here, with the reason. */
  notRun: Record<string, string>
  /** From the end of the last fault until all was at rest. */
  recoverySeconds: number
  waits: Wait[]
}

const checks: readonly Check[] = [
  checkCalls,
  checkStories,
  checkAccounts,
  checkStreams,
  checkConsumers,
  checkDeadLetters,
  checkProcesses,
  checkPayments,
]

/** Looks again where looking itself failed, as on a machine with much else to do; in the end that is a finding. */
const patiently = async (look: () => Promise<Finding[]>): Promise<Finding[]> => {
  const deadline = performance.now() + lookingMs
  for (;;) {
    try {
      return await look()
    } catch (error) {
      if (performance.now() > deadline) return [{ kind: 'wrong', check: 'checker', what: (error as Error).message }]
      await sleep(lookAgainMs)
    }
  }
}

const checkAll = async (world: World, workload: Workload, operator: MeshOperator): Promise<Finding[]> => {
  const compared = await Promise.all(checks.map((check) => patiently(() => check(world, workload.journal))))
  // These make calls, and so events, themselves.
  const invariants = await patiently(() => checkInvariants(operator))
  return [...compared.flat(), ...invariants, ...(await patiently(() => checkAnswers(workload)))]
}

const run = async (
  world: World,
  { seed, faults, spanMs }: SeedOptions,
): Promise<Omit<SeedResult, 'seed' | 'split'>> => {
  const random = seeded(seed)
  const obstacles = faults.map((fault) => [fault.name, fault.obstacle?.(world)] as const)
  const notRun = Object.fromEntries(obstacles.filter((entry): entry is [string, string] => entry[1] !== undefined))
  const possible = faults.filter(({ name }) => notRun[name] === undefined)
  const operator = meshOperator(world.mesh)
  const { giveTier } = operator
  const workload = startWorkload({ url: world.mesh.url, giveTier }, random.fork())
  // Where its servers died already, the faults go on without it.
  await Promise.race([workload.begun, sleep(patienceMs)])
  const happened = await bringAbout(world, plan(possible, random.fork(), spanMs))
  workload.stop()
  const { awaited, waits, seconds } = await untilQuiet(world, workload.journal, operator, patienceMs)
  workload.abandon()
  await workload.done
  const stuck: Finding[] = awaited.map((what) => ({ kind: 'stuck', check: 'comes to rest', what }))
  const { calls, internal } = workload.journal
  return {
    acknowledged: calls.filter(({ outcome }) => outcome === 'acknowledged').length,
    refused: calls.filter(({ outcome }) => outcome === 'refused').length,
    repeats: calls.reduce((sum, { tries }) => sum + tries - 1, 0),
    findings: [...stuck, ...(await checkAll(world, workload, operator))],
    internal: Object.fromEntries(internal),
    happened,
    notRun,
    recoverySeconds: seconds,
    waits,
  }
}

/** Lets faults come over a mesh at work, as its seed says, and compares what is left with what was acknowledged. */
export const runSeed = (ground: Ground, options: SeedOptions): Promise<SeedResult> => {
  const { seed, split, together, keepLogs } = options
  const parts = split ? splitReplicas : undefined
  return ground.withWorld({ name: `seed-${seed}`, replicas: parts, together }, async (world, logs) => {
    const result = { seed, split, ...(await run(world, options)) }
    if (keepLogs && result.findings.length > 0) cpSync(logs, keepLogs, { recursive: true })
    return result
  })
}
