import { setTimeout as sleep } from 'node:timers/promises'
import { InFlight } from '../../../services/shared/infrastructure/in-flight.ts'
import { startHost } from '../../../services/shared/presentation/host.ts'
import { answer } from '../answers.ts'
import { quantile } from '../measure.ts'
import { isLoaded } from '../story-data.ts'
import { eventContexts } from './event-contexts.ts'

/** Delays from commit to effect, in milliseconds. */
export interface Delays {
  count: number
  p50: number
  p99: number
  /** The same from the moment at which the event was due to be written, however late that was. */
  p99FromDue: number
}

// A mesh whose writers, relay and consumer share this process.

const window = 2000
const patienceMs = 600_000

/** When pages were committed, until their events have taken effect. */
const pending = new InFlight<string, { due: number; committed: number }>()
/** Pages whose effect was there before the writer heard of its commit. */
const early = new InFlight<string, number>()
let effects = 0
let ofBacklog = 0
let delays: { fromCommit: number; fromDue: number }[] = []
/** Whether it is noted when each event is due, committed and done. */
let isTimed = false

const { definitions, write } = eventContexts((id) => {
  effects += 1
  if (isLoaded(id)) ofBacklog += 1
  if (!isTimed) return
  const known = pending.get(id)
  const now = performance.now()
  if (known) delays.push({ fromCommit: now - known.committed, fromDue: now - known.due })
  else early.set(id, now)
  pending.delete(id)
})
const host = await startHost(process.env, definitions)

const writeTimed = async (due: number): Promise<void> => {
  const id = await write()
  const committed = performance.now()
  const effect = early.get(id)
  if (effect === undefined) pending.set(id, { due, committed })
  else delays.push({ fromCommit: 0, fromDue: effect - due })
  early.delete(id)
}

const until = async (isSo: () => boolean, what: () => string): Promise<void> => {
  const deadline = performance.now() + patienceMs
  while (!isSo()) {
    if (performance.now() > deadline) throw new Error(what())
    await sleep(2)
  }
}

const untilEffect = (expected: number) =>
  until(
    () => effects >= expected,
    () => `${expected - effects} of ${expected} events took no effect within ${patienceMs} ms`,
  )

/** As many as go through: writers pause while too much is under way. Counts until the last one has its effect. */
const sustain = async ({ callers, seconds }: { callers: number; seconds: number }) => {
  const before = effects
  let count = 0
  const began = performance.now()
  const end = began + seconds * 1000
  const caller = async () => {
    while (performance.now() < end) {
      if (count - (effects - before) >= window) await sleep(1)
      else {
        count += 1
        await write()
      }
    }
  }
  await Promise.all(Array.from({ length: callers }, caller))
  await untilEffect(before + count)
  return { perSecond: (count * 1000) / (performance.now() - began), count }
}

/** So many a second, each at its time whether or not the ones before it are done. */
const pace = async ({ perSecond, seconds }: { perSecond: number; seconds: number }): Promise<Delays> => {
  const before = effects
  isTimed = true
  delays = []
  const began = performance.now()
  const total = Math.floor(perSecond * seconds)
  const writes: Promise<void>[] = []
  while (writes.length < total) {
    const due = began + (writes.length * 1000) / perSecond
    const wait = due - performance.now()
    if (wait > 0) await sleep(wait)
    writes.push(writeTimed(due))
  }
  await Promise.all(writes)
  await untilEffect(before + total)
  isTimed = false
  const fromCommit = delays.map((delay) => delay.fromCommit).sort((a, b) => a - b)
  const fromDue = delays.map((delay) => delay.fromDue).sort((a, b) => a - b)
  return {
    count: total,
    p50: quantile(fromCommit, 0.5),
    p99: quantile(fromCommit, 0.99),
    p99FromDue: quantile(fromDue, 0.99),
  }
}

/** Writes as fast as some callers can until the backlog has taken effect. The rates are of each second. */
const drain = async ({ callers, backlog }: { callers: number; backlog: number }) => {
  let count = 0
  const rates: number[] = []
  const began = performance.now()
  const isDrained = () => ofBacklog >= backlog
  const caller = async () => {
    while (!isDrained()) {
      await write()
      count += 1
    }
  }
  const meter = async () => {
    for (let last = 0; !isDrained(); last = count) {
      const from = performance.now()
      await sleep(1000)
      rates.push(((count - last) * 1000) / (performance.now() - from))
    }
  }
  const finished = Promise.all([meter(), ...Array.from({ length: callers }, caller)])
  await until(isDrained, () => `${backlog - ofBacklog} of ${backlog} events still wait after ${patienceMs} ms`)
  const seconds = (performance.now() - began) / 1000
  await finished
  await untilEffect(backlog + count)
  return { seconds, rates, count }
}

answer({ databaseOf: ['story', 'reader'].map((name) => host.config.databaseUrl(name)) }, { sustain, pace, drain })
