import { setTimeout as sleep } from 'node:timers/promises'
import { StoryService } from '#gen/troupe/story/v1/story_service_pb.ts'
import { pin, returnCores, takeCores } from '../../cores.ts'
import type { ChaosMesh } from '../chaos-mesh.ts'
import { newAccount } from './account.ts'
import { atLeast, atMost, type Measurement } from './measure.ts'
import { callRaw, openSessions, percentile, rawRequest } from './raw-grpc.ts'

const connections = 8
const seconds = 3
/** Until answers get no faster, and refusals, which are made only by the second half of each. */
const warmUps = 3
const rounds = 5
const tickMs = 5
/** As many calls as the gateway is told to take at once. One path takes half of them. */
export const overloadInFlight = 64
const callers = overloadInFlight / 2

interface Load {
  /** Answered OK, a second. */
  goodput: number
  /** Of those, in milliseconds. */
  p99: number
  refused: number
}

type Call = () => Promise<number | undefined>

const measured = (took: readonly number[], refused: number, ms: number): Load => ({
  goodput: took.length / (ms / 1000),
  p99: percentile(took, 0.99),
  refused,
})

/** As many callers as the gateway takes at once for one path, each with one call at a time. */
const peak = async (call: Call): Promise<Load> => {
  const took: number[] = []
  const began = performance.now()
  const caller = async () => {
    while (performance.now() - began < seconds * 1000) {
      const sentAt = performance.now()
      if ((await call()) === 0) took.push(performance.now() - sentAt)
    }
  }
  await Promise.all(Array.from({ length: callers }, caller))
  return measured(took, 0, performance.now() - began)
}

/** Calls that come at a rate, whether the ones before are answered or not. */
const offered = async (call: Call, perSecond: number): Promise<Load> => {
  const took: number[] = []
  let refused = 0
  let sent = 0
  const running = new Set<Promise<void>>()
  const began = performance.now()
  const one = async () => {
    const sentAt = performance.now()
    if ((await call()) === 0) took.push(performance.now() - sentAt)
    else refused += 1
  }
  while (performance.now() - began < seconds * 1000) {
    const due = ((performance.now() - began) / 1000) * perSecond
    for (; sent < due; sent += 1) {
      const run = one().finally(() => running.delete(run))
      running.add(run)
    }
    await sleep(tickMs)
  }
  const ms = performance.now() - began
  await Promise.all(running)
  return measured(took, refused, ms)
}

interface Pair {
  best: Load
  over: Load
}

/** At the peak and beyond it by turns, for how much a shared machine can do changes from one second to the next. */
const byTurns = async (call: Call): Promise<Pair[]> => {
  const pairs: Pair[] = []
  for (let round = 0; round < warmUps + rounds; round += 1) {
    const best = await peak(call)
    pairs.push({ best, over: await offered(call, 3 * best.goodput) })
  }
  return pairs.slice(warmUps)
}

/** Keeps the processes of the mesh on one core, and this one off it, where the machine has more and allows that. */
const onOneCore = async <T>({ parts }: ChaosMesh, run: () => Promise<T>): Promise<T> => {
  const cores = takeCores()
  try {
    for (const { pid } of parts) pin(cores, pid)
    return await run()
  } finally {
    returnCores(cores)
  }
}

/**
 * Three times the calls that the mesh can answer: those it takes are answered as well as before, the rest refused. The
 * mesh shares no core with who sends: three times as much to send would take away what the mesh is measured by.
 */
export const overload: Measurement = async ({ mesh }) => {
  const { token, storyId, close } = await newAccount(mesh)
  close()
  const sessions = await openSessions(mesh.url, connections)
  const request = rawRequest(StoryService.method.getStory, { storyId }, token)
  let turn = 0
  const call = () => callRaw(sessions[turn++ % connections] as (typeof sessions)[number], request)
  const pairs = await onOneCore(mesh, () => byTurns(call))
  for (const session of sessions) session.destroy()
  const middle = (of: (pair: Pair) => number) => percentile(pairs.map(of), 0.5)
  const goodput = middle(({ best }) => best.goodput).toFixed(0)
  const p99 = middle(({ best }) => best.p99).toFixed(1)
  const kept = middle(({ best, over }) => (100 * over.goodput) / best.goodput)
  const slower = middle(({ best, over }) => over.p99 / best.p99)
  return [
    atLeast('3× overload', `goodput, of ${goodput} calls/s at the peak; the median of ${rounds}`, kept, 80, ' %'),
    atMost('3× overload', `p99 of the accepted, of ${p99} ms at the peak; the median of ${rounds}`, slower, 2, '×'),
    atLeast('3× overload', 'refused calls', Math.min(...pairs.map(({ over }) => over.refused)), 1),
  ]
}
