import { IncomingMessage } from 'node:http'
import { Http2ServerRequest } from 'node:http2'
import { bodyArrived, cut, type NodeServerRequest } from './http-handler.ts'

/** A request of HTTP/1.1 that remembers when its last byte arrived, in `performance.now()` time. */
export class TimedHttp1Request extends IncomingMessage {
  lastByteAt = performance.now()

  override push(chunk: unknown, encoding?: BufferEncoding): boolean {
    this.lastByteAt = performance.now()
    return super.push(chunk, encoding)
  }
}

/** The same for HTTP/2. */
export class TimedHttp2Request extends Http2ServerRequest {
  lastByteAt = performance.now()

  override push(chunk: unknown, encoding?: BufferEncoding): boolean {
    this.lastByteAt = performance.now()
    return super.push(chunk, encoding)
  }
}

const isUnread = (request: NodeServerRequest): boolean =>
  request.readableLength > 0 || ('stream' in request && request.stream.readableLength > 0)

const stalledSince = (request: NodeServerRequest, now: number): number => {
  const timed = request as TimedHttp1Request | TimedHttp2Request
  // Bytes that wait for the handler are the handler's delay, not the client's.
  if (isUnread(request)) timed.lastByteAt = now
  return timed.lastByteAt
}

/** Watches request bodies and cuts those of which no byte arrives for `timeoutMs`. */
export const bodyWatch = (timeoutMs: number) => {
  const open = new Set<NodeServerRequest>()
  const sweep = () => {
    const now = performance.now()
    for (const request of open) {
      if (bodyArrived(request)) open.delete(request)
      else if (now - stalledSince(request, now) >= timeoutMs) {
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
