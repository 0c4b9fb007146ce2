import { create, toBinary } from '@bufbuild/protobuf'
import { Code, ConnectError } from '@connectrpc/connect'

/**
 * An error as it would arrive over the wire: code, message, details and metadata, but neither cause nor stack of where
 * it was thrown. What is no ConnectError arrives as INTERNAL that says nothing more.
 */
export const asFromWire = (reason: unknown, trailer: Headers): ConnectError => {
  if (!(reason instanceof ConnectError)) return new ConnectError('internal error', Code.Internal, trailer)
  const metadata = new Headers(trailer)
  if (!reason.isWireError) for (const [name, value] of reason.metadata) metadata.append(name, value)
  const error = new ConnectError(reason.rawMessage, reason.code, metadata)
  error.details = reason.details.map((detail) =>
    'desc' in detail
      ? { type: detail.desc.typeName, value: toBinary(detail.desc, create(detail.desc, detail.value)) }
      : { type: detail.type, value: detail.value },
  )
  error.isWireError = true
  return error
}
