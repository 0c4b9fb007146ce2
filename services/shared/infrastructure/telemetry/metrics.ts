import { collectDefaultMetrics, Registry } from 'prom-client'
import { createInstruments } from './instruments.ts'
import { codeLabel, methodLabels } from './labels.ts'

export type ConsumeOutcome = 'applied' | 'duplicate' | 'retried' | 'dead_lettered' | 'parked'
export type CommandOutcome = 'answered' | 'refused' | 'retried' | 'expired'

/**
 * The measures of one process. Durations are in seconds. Label values come from code and schemas, never from callers:
 * services, methods and codes nobody declared count as `other`.
 */
export interface Metrics {
  /** Makes a service's methods known as label values; by its server, and by its clients for their calls. */
  declareMethods(service: string, methods: Iterable<string>): void
  /** A call has begun; call the result once with its status code (`ok`, `not_found`, …) when it has ended. */
  rpc(service: string, method: string): (code: string) => void
  /** A call was refused because of overload. */
  shed(service: string): void
  /** A call to the context `target` has begun; call the result once with its status code when it has ended. */
  clientCall(target: string, method: string): (code: string) => void
  outboxPending(context: string, events: number): void
  relayed(context: string, events: number): void
  consumed(context: string, consumer: string, outcome: ConsumeOutcome, seconds: number): void
  deadLetters(context: string, consumer: string, messages: number): void
  flushed(context: string, seconds: number): void
  flushConflict(context: string): void
  processCommand(context: string, process: string, outcome: CommandOutcome): void
  pool(context: string, connections: { total: number; idle: number; waiting: number }): void
  /**
   * Runs `collect` before each rendering, to set gauges that are costly to keep current. One that fails or
   * takes too long leaves its gauges as they were and is counted. The result takes it out again.
   */
  onCollect(collect: () => void | Promise<void>): () => void
  /** The body of `/metrics`. */
  render(): Promise<string>
  /** The `Content-Type` of what `render` gives. */
  readonly contentType: string
}

export interface MetricsOptions {
  onCollectError?: (error: unknown) => void
  /** How long a rendering waits for a collector; 2 s if not given. */
  collectTimeoutMs?: number
}

/** All measures of this process, its event-loop lag, memory and CPU included; make one and hand it around. */
export const createMetrics = ({ onCollectError, collectTimeoutMs = 2_000 }: MetricsOptions = {}): Metrics => {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 100 })
  const instruments = createInstruments(registry)
  const labels = methodLabels()
  const collectors = new Set<() => void | Promise<void>>()

  const collectFrom = async (collect: () => void | Promise<void>) => {
    try {
      await within(collectTimeoutMs, collect)
    } catch (error) {
      instruments.collectFailures.inc()
      onCollectError?.(error)
    }
  }

  return {
    declareMethods: labels.declare,
    rpc(calledService, calledMethod) {
      const { service, method } = labels.of(calledService, calledMethod)
      instruments.rpcInFlight.inc({ service })
      return timed((code, seconds) => {
        instruments.rpcInFlight.dec({ service })
        instruments.rpcDuration.observe({ service, method, code }, seconds)
      })
    },
    shed: (service) => instruments.rpcShed.inc({ service: labels.service(service) }),
    clientCall(target, calledMethod) {
      const method = labels.method(calledMethod)
      return timed((code, seconds) => instruments.clientDuration.observe({ target, method, code }, seconds))
    },
    outboxPending: (context, events) => instruments.outboxPending.set({ context }, events),
    relayed: (context, events) => instruments.outboxRelayed.inc({ context }, events),
    consumed(context, consumer, outcome, seconds) {
      instruments.consumed.inc({ context, consumer, outcome })
      instruments.consumeDuration.observe({ context, consumer }, seconds)
    },
    deadLetters: (context, consumer, messages) => instruments.deadLetters.set({ context, consumer }, messages),
    flushed: (context, seconds) => instruments.flushDuration.observe({ context }, seconds),
    flushConflict: (context) => instruments.flushConflicts.inc({ context }),
    processCommand: (context, process, outcome) => instruments.processCommands.inc({ context, process, outcome }),
    pool(context, { total, idle, waiting }) {
      instruments.pool.set({ context, state: 'idle' }, idle)
      instruments.pool.set({ context, state: 'used' }, total - idle)
      instruments.poolWaiting.set({ context }, waiting)
    },
    onCollect(collect) {
      collectors.add(collect)
      return () => collectors.delete(collect)
    },
    async render() {
      await Promise.all(Array.from(collectors, collectFrom))
      return registry.metrics()
    },
    contentType: registry.contentType,
  }
}

/** Measures until its result is first called; later calls count nothing, so that error paths may overlap. */
const timed = (record: (code: string, seconds: number) => void): ((code: string) => void) => {
  const start = performance.now()
  let ended = false
  return (code) => {
    if (ended) return
    ended = true
    record(codeLabel(code), (performance.now() - start) / 1_000)
  }
}

const within = async (milliseconds: number, run: () => void | Promise<void>): Promise<void> => {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`took over ${milliseconds} ms`)), milliseconds)
  try {
    await Promise.race([run(), promise])
  } finally {
    clearTimeout(timer)
  }
}
