import type { Readable } from 'node:stream'
import { bodyArrived, cut, type NodeServerRequest } from './http-handler.ts'

/** A body that brings fewer bytes a second is there to hold the request open. */
const leastBytesPerSecond = 128

/** How a body arrives; times are `performance.now()`'s. */
interface Arrival {
  since: number
  lastByteAt: number
  bytes: number
}

const sourceOf = (request: NodeServerRequest): Readable => ('stream' in request ? request.stream : request)

const watchArrival = (source: Readable, now: number): Arrival => {
  const arrival = { since: now, lastByteAt: now, bytes: 0 }
  const push = source.push
  source.push = (chunk: Buffer | null, encoding?: BufferEncoding) => {
    arrival.lastByteAt = performance.now()
    arrival.bytes += chunk?.length ?? 0
    return push.call(source, chunk, encoding)
  }
  return arrival
}

const isStalled = (source: Readable, arrival: Arrival, now: number, timeoutMs: number): boolean => {
  // Bytes that wait for the handler are the handler's delay, not the client's.
  if (source.readableLength > 0) {
    arrival.lastByteAt = now
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
  const open = new Map<NodeServerRequest, Arrival | undefined>()
  const look = (request: NodeServerRequest, arrival: Arrival | undefined, now: number) => {
    if (bodyArrived(request)) return open.delete(request)
    if (!arrival) return open.set(request, watchArrival(sourceOf(request), now))
    if (!isStalled(sourceOf(request), arrival, now, timeoutMs)) return
    open.delete(request)
    cut(request)
  }
  const sweep = () => {
    const now = performance.now()
    for (const [request, arrival] of open) look(request, arrival, now)
  }
  const timer = setInterval(sweep, Math.max(20, Math.min(1000, timeoutMs / 4))).unref()
  return {
    watch(request: NodeServerRequest): void {
      open.set(request, undefined)
    },
    forget(request: NodeServerRequest): void {
      open.delete(request)
    },
    close: (): void => clearInterval(timer),
  }
}
