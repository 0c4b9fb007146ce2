import type { NodeServerRequest } from '#shared/presentation/http-handler.ts'
import type { RequestProtocol } from '#shared/presentation/protocol-error.ts'

const unitMs: Record<string, number> = { H: 3_600_000, M: 60_000, S: 1000, m: 1, u: 1e-3, n: 1e-6 }

/** The time-out a client asks for, in milliseconds; undefined when it gives none that can be read. */
export const requestedTimeout = (headers: NodeServerRequest['headers']): number | undefined => {
  const grpc = /^(\d{1,8})([HMSmun])$/.exec(String(headers['grpc-timeout'] ?? ''))
  if (grpc) return Number(grpc[1]) * unitMs[grpc[2]!]!
  const connect = /^\d{1,10}$/.exec(String(headers['connect-timeout-ms'] ?? ''))
  return connect ? Number(connect[0]) : undefined
}

/** The header that gives the upstream `timeoutMs`, or none where the protocol knows no time-outs. */
export const timeoutHeader = (protocol: RequestProtocol, timeoutMs: number): Record<string, string> => {
  const ms = Math.max(1, Math.ceil(timeoutMs))
  if (protocol === 'http') return {}
  if (protocol.startsWith('connect')) return { 'connect-timeout-ms': String(Math.min(ms, 9_999_999_999)) }
  return { 'grpc-timeout': ms < 1e8 ? `${ms}m` : `${Math.min(Math.ceil(ms / 1000), 99_999_999)}S` }
}
