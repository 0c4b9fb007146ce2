import type { DescMethod } from '@bufbuild/protobuf'
import { Fields, HeaderFields, type HeadersLike } from '../unary/header-fields.ts'
import { longestTimerMs } from '../unary/unary-call.ts'
import { bounded } from './deadline.ts'
import { pathOf } from './local-call.ts'

/** Headers that belong to the connection or to the protocol itself. */
const ofProtocol = new Set([
  'accept-encoding',
  'connect-accept-encoding',
  'connect-content-encoding',
  'connect-protocol-version',
  'connect-timeout-ms',
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'host',
  'te',
  'transfer-encoding',
])

/** The headers of a request in Connect's protocol, with those of the caller that are not the protocol's. */
export const requestHeaders = (
  method: DescMethod,
  contentType: 'application/proto' | 'application/connect+proto',
  timeoutMs: number | undefined,
  given: HeadersLike,
): Record<string, string | string[]> => {
  const headers = new Fields()
  headers[':method'] = 'POST'
  headers[':path'] = pathOf(method)
  headers['content-type'] = contentType
  headers['connect-protocol-version'] = '1'
  if (bounded(timeoutMs)) headers['connect-timeout-ms'] = String(Math.min(Math.ceil(timeoutMs), longestTimerMs))
  const { record } = HeaderFields.view(given)
  for (const name in record) if (!ofProtocol.has(name)) headers[name] = record[name] as string
  return headers
}
