import { Code, ConnectError } from '@connectrpc/connect'
import { findTrailerError } from '@connectrpc/connect/protocol-grpc'
import type { Metadata } from '@grpc/grpc-js'
import { toHeaders } from './grpc-metadata.ts'

/** How a gRPC call ended. */
export interface GrpcStatus {
  code: number
  details: string
  metadata: Metadata
}

// grpc-js decodes `grpc-message` with decodeURI, which leaves the escapes of reserved characters standing.
const reservedEscapes = /%(?:2[346BCF]|3[ABDF]|40)/gi

const withoutDetails = ({ code, details }: GrpcStatus, metadata: Headers): ConnectError => {
  const known = code in Code
  const message = known
    ? details.replace(reservedEscapes, decodeURIComponent)
    : `invalid gRPC status ${code}: ${details}`
  const error = new ConnectError(message, known ? code : Code.Internal, metadata)
  error.isWireError = true
  return error
}

/** The error of a call that did not end OK, with the details the server attached (google.rpc.Status). */
export const toConnectError = (status: GrpcStatus): ConnectError => {
  const metadata = toHeaders(status.metadata)
  const detailed = metadata.has('grpc-status-details-bin') ? findTrailerError(metadata) : undefined
  return detailed ?? withoutDetails(status, metadata)
}

/** The error for a failure on this side of the wire, where `code` says what to make of one that carries none. */
export const localError = (message: string, code: Code, cause?: unknown): ConnectError =>
  new ConnectError(message, code, undefined, undefined, cause)
