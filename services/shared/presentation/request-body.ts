import type { Readable } from 'node:stream'
import { InFlight } from '../infrastructure/in-flight.ts'
import { bodyArrived, cut, type NodeServerRequest, sourceOf } from './http-handler.ts'

/** A body that brings fewer bytes a second is there to hold the request open. */
const leastBytesPerSecond = 128

/** How a body arrives; times are `performance.now()`'s. */
interface Arrival {
  since: number
  lastByteAt: number
  bytes: number
}

interface Watched {
  readonly request: NodeServerRequest
  /** Undefined until it was looked at. */
  arrival: Arrival | undefined
}

const watchArrival = (source: Readable, now: number): Arrival => {
  const arrival = { since: now, lastByteAt: now, bytes: 0 }
  const push = source.push
  const counting = (chunk: Buffer | null, encoding?: BufferEncoding) => {
    arrival.lastByteAt = performance.now()
    arrival.bytes += chunk?.length ?? 0
    return push.call(source, chunk, encoding)
  }
  source.push = counting
  return arrival
}

const isStalled = (source: Readable, arrival: Arrival, now: number, timeoutMs: number): boolean => {
  // While bytes wait for the handler it is the handler that is slow: the client's time begins anew when it has read.
  if (source.readableLength > 0) {
    Object.assign(arrival, { since: now, lastByteAt: now, bytes: 0 })
    return false
  }
  const tookMs = now - arrival.since
  const isSlow = arrival.bytes < (tookMs / 1000) * leastBytesPerSecond
  return now - arrival.lastByteAt >= timeoutMs || (tookMs >= timeoutMs && isSlow)
}

/**
 * Watches request bodies and cuts those of which no byte, or next to none, arrives for `timeoutMs`. The time counts from
 * the first look at it, so that the many bodies that are there at once cost nothing.
 */
export const bodyWatch = (timeoutMs: number) => {
  const open = new InFlight<number, Watched>()
  let count = 0
  const look = (number: number, watched: Watched, now: number) => {
    const { request, arrival } = watched
    if (bodyArrived(request)) open.delete(number)
    else if (!arrival) watched.arrival = watchArrival(sourceOf(request), now)
    else if (isStalled(sourceOf(request), arrival, now, timeoutMs)) {
      open.delete(number)
      cut(request)
    }
  }
  const sweep = () => {
    const now = performance.now()
    for (const [number, watched] of open.entries()) look(number, watched, now)
  }
  const timer = setInterval(sweep, Math.max(20, Math.min(1000, timeoutMs / 4))).unref()
  return {
    /** Returns the number to forget it by. */
    watch(request: NodeServerRequest): number {
      open.set(count, { request, arrival: undefined })
      return count++
    },
    forget(number: number): void {
      open.delete(number)
    },
    close: (): void => clearInterval(timer),
  }
}
