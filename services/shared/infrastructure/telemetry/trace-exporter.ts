import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import type { SpanExporter } from '@opentelemetry/sdk-trace'

/**
 * Sends spans to an OpenTelemetry collector over HTTP. `url` is the collector's address (`http://host:4318`, to which
 * `/v1/traces` is added) or its full traces endpoint. Gives up on a batch after 5 s. The maker shuts it down.
 */
export const otlpExporter = (url: string): SpanExporter => {
  const endpoint = new URL(url)
  if (endpoint.pathname === '/') endpoint.pathname = '/v1/traces'
  return new OTLPTraceExporter({ url: endpoint.href, timeoutMillis: 5_000 })
}

/**
 * An exporter that tells of the first failure after a success, so that a collector that is away is one line and not
 * one every five seconds. Its shutdown leaves the wrapped exporter open: several tracers may share that.
 */
export const reportFailures = (exporter: SpanExporter, onError: (error: Error) => void): SpanExporter => {
  let failing = false
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        if (result.error && !failing) onError(result.error)
        failing = result.error !== undefined
        done(result)
      }),
    forceFlush: async () => exporter.forceFlush?.(),
    shutdown: async () => exporter.forceFlush?.(),
  }
}
