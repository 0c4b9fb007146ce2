import { setTimeout as sleep } from 'node:timers/promises'
import { StoryService } from '#gen/troupe/story/v1/story_service_pb.ts'
import { newAccount } from './account.ts'
import { atLeast, atMost, type Measurement } from './measure.ts'
import { callRaw, openSessions, percentile, rawRequest } from './raw-grpc.ts'

const connections = 8
const seconds = 6
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

/** Three times the calls that the mesh can answer: those it takes are answered as well as before, the rest refused. */
export const overload: Measurement = async ({ mesh }) => {
  const { token, storyId, close } = await newAccount(mesh)
  close()
  const sessions = await openSessions(mesh.url, connections)
  const request = rawRequest(StoryService.method.getStory, { storyId }, token)
  let turn = 0
  const call = () => callRaw(sessions[turn++ % connections] as (typeof sessions)[number], request)
  await peak(call) // warms up
  const best = await peak(call)
  const over = await offered(call, 3 * best.goodput)
  for (const session of sessions) session.destroy()
  const ratio = (100 * over.goodput) / best.goodput
  return [
    atLeast('3× overload', `goodput, of ${best.goodput.toFixed(0)} calls/s at the peak`, ratio, 80, ' %'),
    atMost('3× overload', `p99 of the accepted, of ${best.p99.toFixed(1)} ms at the peak`, over.p99 / best.p99, 2, '×'),
    atLeast('3× overload', 'refused calls', over.refused, 1),
  ]
}
