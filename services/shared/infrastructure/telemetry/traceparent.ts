import { isSpanContextValid, type SpanContext } from '@opentelemetry/api'

const pattern = /^(?!ff)([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(-.*)?$/

/**
 * Reads a W3C `traceparent` header (https://www.w3.org/TR/trace-context/). Undefined if it is malformed or its ids are
 * zero. Versions after 00 may carry more behind the flags, which is left aside.
 */
export const parseTraceparent = (header: string): SpanContext | undefined => {
  const [, version, traceId, spanId, flags, rest] = pattern.exec(header) ?? []
  if (!traceId || !spanId || !flags || (version === '00' && rest !== undefined)) return undefined
  const context = { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true }
  return isSpanContextValid(context) ? context : undefined
}

/** Writes a `traceparent` header of version 00; undefined for the invalid context of a span that stands for none. */
export const formatTraceparent = (context: SpanContext): string | undefined => {
  if (!isSpanContextValid(context)) return undefined
  return `00-${context.traceId}-${context.spanId}-${context.traceFlags.toString(16).padStart(2, '0')}`
}
