import { IncomingMessage } from 'node:http'
import { Http2ServerRequest } from 'node:http2'
import { bodyArrived, cut, type NodeServerRequest } from './http-handler.ts'

/** A body that brings fewer bytes a second is there to hold the request open. */
const leastBytesPerSecond = 128

const lengthOf = (chunk: unknown): number => (chunk as Buffer | null)?.length ?? 0

/** A request of HTTP/1.1 that remembers how its body arrives; times are `performance.now()`'s. */
export class TimedHttp1Request extends IncomingMessage {
  readonly startedAt = performance.now()
  lastByteAt = performance.now()
  bodyBytes = 0

  override push(chunk: unknown, encoding?: BufferEncoding): boolean {
    this.lastByteAt = performance.now()
    this.bodyBytes += lengthOf(chunk)
    return super.push(chunk, encoding)
  }
}

/** The same for HTTP/2. */
export class TimedHttp2Request extends Http2ServerRequest {
  readonly startedAt = performance.now()
  lastByteAt = performance.now()
  bodyBytes = 0

  override push(chunk: unknown, encoding?: BufferEncoding): boolean {
    this.lastByteAt = performance.now()
    this.bodyBytes += lengthOf(chunk)
    return super.push(chunk, encoding)
  }
}

const isUnread = (request: NodeServerRequest): boolean =>
  request.readableLength > 0 || ('stream' in request && request.stream.readableLength > 0)

const isStalled = (request: NodeServerRequest, now: number, timeoutMs: number): boolean => {
  const timed = request as TimedHttp1Request | TimedHttp2Request
  // Bytes that wait for the handler are the handler's delay, not the client's.
  if (isUnread(request)) {
    timed.lastByteAt = now
    return false
  }
  const tookMs = now - timed.startedAt
  const isSlow = timed.bodyBytes < (tookMs / 1000) * leastBytesPerSecond
  return now - timed.lastByteAt >= timeoutMs || (tookMs >= timeoutMs && isSlow)
}

/** Watches request bodies and cuts those of which no byte, or next to none, arrives for `timeoutMs`. */
export const bodyWatch = (timeoutMs: number) => {
  const open = new Set<NodeServerRequest>()
  const sweep = () => {
    const now = performance.now()
    for (const request of open) {
      if (bodyArrived(request)) open.delete(request)
      else if (isStalled(request, now, timeoutMs)) {
        open.delete(request)
        cut(request)
      }
    }
  }
  const timer = setInterval(sweep, Math.max(20, Math.min(1000, timeoutMs / 4))).unref()
  return {
    watch(request: NodeServerRequest): void {
      if (!bodyArrived(request)) open.add(request)
    },
    forget(request: NodeServerRequest): void {
      open.delete(request)
    },
    close: (): void => clearInterval(timer),
  }
}
