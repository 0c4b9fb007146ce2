import { AsyncLocalStorage } from 'node:async_hooks'
import {
  INVALID_SPAN_CONTEXT,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  type SpanExporter,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import type { SpanAttributes } from './attributes.ts'
import { reportFailures } from './trace-exporter.ts'
import { formatTraceparent, parseTraceparent } from './traceparent.ts'

export interface SpanOptions {
  kind: 'server' | 'client' | 'producer' | 'consumer' | 'internal'
  /** The traceparent header that came with the call or message; the active span if not given. */
  parent?: string | undefined
  attributes?: SpanAttributes
}

export interface Tracing {
  /**
   * Runs `run` with a new span active until its promise settles, across awaits. If it rejects, the span gets status
   * error and an exception event, and the error is passed on.
   */
  span<T>(name: string, options: SpanOptions, run: (span: Span) => Promise<T>): Promise<T>
  /** The header that makes the other side a child of the active span; undefined where there is none. */
  traceparent(): string | undefined
  /** Hands every span that has ended so far to the exporter; rejects if it cannot take them. */
  flush(): Promise<void>
  /** Flushes and stops; what could not be delivered is reported, not thrown. The exporter stays open: whoever made it closes it. */
  shutdown(): Promise<void>
}

export interface TracingOptions {
  /** Becomes the resource attribute `service.name`. */
  service: string
  /** The share of traces that start here which is recorded, 0 to 1. Where a parent came along, its flag decides. */
  sampleRatio: number
  /** Without one nothing is recorded, and incoming trace contexts are only passed on. May be shared. */
  exporter?: SpanExporter | undefined
  /** Told when the exporter begins to fail; a process warning if not given. */
  onExportError?: (error: Error) => void
}

/** One for the process, so that a context called in memory continues its caller's trace. A string is unread. */
const active = new AsyncLocalStorage<Span | string>()
const noSpan = trace.wrapSpanContext(INVALID_SPAN_CONTEXT)
const kinds: Record<SpanOptions['kind'], SpanKind> = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
  internal: SpanKind.INTERNAL,
}

/** Tracing of one service (context); several live side by side in one process. */
export const startTracing = (options: TracingOptions): Tracing =>
  options.exporter ? recording(options, options.exporter) : passingOn

const spanOf = (parent: Span | string | undefined): Span | undefined => {
  if (typeof parent !== 'string') return parent
  const context = parseTraceparent(parent)
  return context && trace.wrapSpanContext(context)
}

const traceparent = (): string | undefined => {
  const span = spanOf(active.getStore())
  return span && formatTraceparent(span.spanContext())
}

const passingOn: Tracing = {
  span: (_name, { parent }, run) => (parent === undefined ? run(noSpan) : active.run(parent, run, noSpan)),
  traceparent,
  flush: async () => {},
  shutdown: async () => {},
}

const recording = (options: TracingOptions, exporter: SpanExporter): Tracing => {
  const report = options.onExportError ?? ((error) => process.emitWarning(`spans not exported: ${error.message}`))
  const processor = new BatchSpanProcessor({ exporter: reportFailures(exporter, report) })
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': options.service }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(options.sampleRatio) }),
    spanProcessors: [processor],
  })
  const tracer = provider.getTracer('troupe')
  return {
    span(name, { kind, parent, attributes = {} }, run) {
      const above = spanOf(parent ?? active.getStore())
      if (above && !isSampled(above)) return parent === undefined ? run(above) : active.run(above, run, above)
      const context = above ? trace.setSpan(ROOT_CONTEXT, above) : ROOT_CONTEXT
      const span = tracer.startSpan(name, { kind: kinds[kind], attributes }, context)
      return span.isRecording() ? active.run(span, runRecorded, span, run) : active.run(span, run, span)
    },
    traceparent,
    flush: () => processor.forceFlush(),
    shutdown: () => provider.shutdown().catch(report),
  }
}

/** The sampler would refuse the children of an unsampled span too, but only after making ids for them. */
const isSampled = (span: Span): boolean => (span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0

const runRecorded = async <T>(span: Span, run: (span: Span) => Promise<T>): Promise<T> => {
  try {
    return await run(span)
  } catch (error) {
    recordError(span, error)
    throw error
  } finally {
    span.end()
  }
}

const recordError = (span: Span, error: unknown): void => {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error))
  // Not the error itself: the SDK would take an error's `code` for its type.
  span.recordException(stack === undefined ? { name, message } : { name, message, stack })
  span.setAttribute('error.type', name)
  span.setStatus({ code: SpanStatusCode.ERROR, message })
}
