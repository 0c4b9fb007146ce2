import { cpSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ContextName } from '../../services/contexts.ts'
import type { Finding } from './checks/finding.ts'
import { checkInvariants } from './checks/operators.ts'
import type { Fault } from './faults/fault.ts'
import type { Ground } from './ground.ts'
import { type MeshOperator, meshOperator } from './operator.ts'
import { untilQuiet, type Wait } from './quiet.ts'
import { seeded } from './random.ts'
import { bringAbout, type Happened, plan } from './schedule.ts'
import type { Workload, WorkloadKind } from './workload/workload.ts'
import type { World } from './world.ts'

const patienceMs = 90_000
const lookingMs = 30_000
const lookAgainMs = 500
/** Of so many findings it is drawn what led to them, by so many requests each. */
const drawn = { findings: 2, requests: 2 }

export interface SeedOptions {
  seed: number
  workload: WorkloadKind
  /** Processes for contexts and the gateway, as the workload wants it; otherwise one for all. */
  split: boolean
  /** The contexts that share one process after all, where it is not as the workload wants it. */
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
  /** For how long the clock of the mesh was moved, which is in no other figure. */
  clockSeconds: number
  waits: Wait[]
  /** What requests that led to findings caused, drawn. */
  trails: string[]
  /** What came of the workload, in figures. */
  outcome: Record<string, number>
}

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
  const compared = await Promise.all(workload.checks.map((check) => patiently(() => check(world))))
  // These make calls, and so events, themselves.
  const invariants = await patiently(() => checkInvariants(operator))
  return [...compared.flat(), ...invariants, ...(await patiently(() => workload.checkAnswers()))]
}

/** Waits until all is at rest, also what only time brings; to move the clock there does not count. */
const recover = async (world: World, workload: Workload, operator: MeshOperator) => {
  const first = await untilQuiet(world, workload, operator, patienceMs)
  if (!workload.passTime || first.awaited.length > 0) return { ...first, clockSeconds: 0 }
  const began = performance.now()
  await workload.passTime()
  const clockSeconds = (performance.now() - began) / 1000
  const then = await untilQuiet(world, workload, operator, patienceMs)
  const waits = then.waits.map((wait) => ({ ...wait, until: wait.until + first.seconds }))
  return {
    awaited: then.awaited,
    waits: [...first.waits, ...waits],
    seconds: first.seconds + then.seconds,
    clockSeconds,
  }
}

const drawTrails = async (operator: MeshOperator, findings: readonly Finding[]): Promise<string[]> => {
  const traced = findings.filter(({ correlationIds }) => correlationIds).slice(0, drawn.findings)
  const ids = new Set(traced.flatMap(({ correlationIds = [] }) => correlationIds.slice(0, drawn.requests)))
  const trails: string[] = []
  for (const id of ids) {
    // It is a help to who reads on, and not a finding that it cannot be had.
    const lines = await operator.draw(id).catch((error: Error) => [error.message])
    trails.push(`correlation id ${id}`, ...lines.map((line) => `  ${line}`))
  }
  return trails
}

const run = async (
  world: World,
  { seed, workload: kind, faults, spanMs }: SeedOptions,
): Promise<Omit<SeedResult, 'seed' | 'split'>> => {
  const random = seeded(seed)
  const obstacles = faults.map((fault) => [fault.name, fault.obstacle?.(world)] as const)
  const notRun = Object.fromEntries(obstacles.filter((entry): entry is [string, string] => entry[1] !== undefined))
  const possible = faults.filter(({ name }) => notRun[name] === undefined)
  const operator = meshOperator(world.mesh)
  const workload = kind.start(world.mesh.url, operator, random.fork())
  // Where its servers died already, the faults go on without it.
  await Promise.race([workload.begun, sleep(patienceMs)])
  const happened = await bringAbout(world, plan(possible, random.fork(), spanMs))
  workload.stop()
  const { awaited, waits, seconds, clockSeconds } = await recover(world, workload, operator)
  workload.abandon()
  await workload.done
  const stuck: Finding[] = awaited.map((what) => ({ kind: 'stuck', check: 'comes to rest', what }))
  const { calls, internal } = workload.journal
  const findings = [...stuck, ...(await checkAll(world, workload, operator))]
  return {
    acknowledged: calls.filter(({ outcome }) => outcome === 'acknowledged').length,
    refused: calls.filter(({ outcome }) => outcome === 'refused').length,
    repeats: calls.reduce((sum, { tries }) => sum + tries - 1, 0),
    findings,
    internal: Object.fromEntries(internal),
    happened,
    notRun,
    recoverySeconds: seconds,
    clockSeconds,
    waits,
    trails: await drawTrails(operator, findings),
    outcome: await workload.outcome(world),
  }
}

/** Lets faults come over a mesh at work, as its seed says, and compares what is left with what was acknowledged. */
export const runSeed = (ground: Ground, options: SeedOptions): Promise<SeedResult> => {
  const { seed, workload, split, keepLogs } = options
  const processes = split && { replicas: workload.replicas, together: options.together ?? workload.together }
  return ground.withWorld({ name: `seed-${seed}`, ...processes }, async (world, logs) => {
    const result = { seed, split, ...(await run(world, options)) }
    if (keepLogs && result.findings.length > 0) cpSync(logs, keepLogs, { recursive: true })
    return result
  })
}
