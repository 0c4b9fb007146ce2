import type { JsonReadOptions, JsonWriteOptions } from '@bufbuild/protobuf'
import { Code, ConnectError } from '@connectrpc/connect'
import { type Compression, compressedFlag, mergeNonProtocolHeaders } from '@connectrpc/connect/protocol'
import { codeToHttpStatus, errorToJsonBytes } from '@connectrpc/connect/protocol-connect'
import { setTrailerStatus } from '@connectrpc/connect/protocol-grpc'
import { trailerFlag, trailerSerialize } from '@connectrpc/connect/protocol-grpc-web'
import type { UnaryCall } from '../../infrastructure/unary/unary-call.ts'
import { isGone, type NodeServerRequest, type NodeServerResponse } from '../http-handler.ts'
import { envelope } from './envelopes.ts'
import type { UnaryProtocol } from './protocols.ts'

/** What an answer is written with. */
export interface AnswerOptions {
  protocol: UnaryProtocol
  compression: Compression | null
  /** Shorter answers are not worth compressing. */
  compressMinBytes: number
  jsonOptions?: Partial<JsonReadOptions & JsonWriteOptions> | undefined
}

export type Outcome = { message: Uint8Array } | { error: unknown }

interface Answer {
  status: number
  body: Uint8Array | undefined
}

const asConnectError = (error: unknown): ConnectError =>
  error instanceof ConnectError ? error : new ConnectError('internal error', Code.Internal)

const enveloped = async (
  flags: number,
  data: Uint8Array,
  { compression, compressMinBytes }: AnswerOptions,
): Promise<Buffer> =>
  compression && data.byteLength >= compressMinBytes
    ? envelope(flags | compressedFlag, await compression.compress(data as Uint8Array<ArrayBuffer>))
    : envelope(flags, data)

const grpcAnswer = async (call: UnaryCall, outcome: Outcome, options: AnswerOptions): Promise<Answer> => {
  if ('error' in outcome) setTrailerStatus(call.responseTrailer, asConnectError(outcome.error))
  return { status: 200, body: 'message' in outcome ? await enveloped(0, outcome.message, options) : undefined }
}

const grpcWebAnswer = async (call: UnaryCall, outcome: Outcome, options: AnswerOptions): Promise<Answer> => {
  const { body } = await grpcAnswer(call, outcome, options)
  const trailer = await enveloped(trailerFlag, trailerSerialize(call.responseTrailer), options)
  return { status: 200, body: body ? Buffer.concat([body, trailer]) : trailer }
}

const failed = (
  call: UnaryCall,
  error: ConnectError,
  { jsonOptions }: AnswerOptions,
): Answer & { body: Uint8Array } => {
  call.responseHeader.set('content-type', 'application/json')
  if (!error.isWireError) mergeNonProtocolHeaders(call.responseHeader, error.metadata)
  return { status: codeToHttpStatus(error.code), body: errorToJsonBytes(error, jsonOptions) }
}

const connectAnswer = async (call: UnaryCall, outcome: Outcome, options: AnswerOptions): Promise<Answer> => {
  const { responseHeader: header, responseTrailer: trailer } = call
  const answer =
    'message' in outcome ? { status: 200, body: outcome.message } : failed(call, asConnectError(outcome.error), options)
  const { compression, compressMinBytes } = options
  if (compression && answer.body.byteLength >= compressMinBytes) {
    answer.body = await compression.compress(answer.body as Uint8Array<ArrayBuffer>)
    header.set('content-encoding', compression.name)
  }
  for (const [name, value] of trailer) header.append(`trailer-${name}`, value)
  header.set('content-length', String(answer.body.byteLength))
  return answer
}

const answers = { connect: connectAnswer, grpc: grpcAnswer, 'grpc-web': grpcWebAnswer }

/** Writes how a call ended, in its protocol. Does nothing when nobody waits for it any more. */
export const writeAnswer = async (
  request: NodeServerRequest,
  response: NodeServerResponse,
  call: UnaryCall,
  outcome: Outcome,
  options: AnswerOptions,
): Promise<void> => {
  const { protocol } = options
  const { status, body } = await answers[protocol.name](call, outcome, options)
  if (isGone(request)) return
  response.writeHead(status, call.responseHeader.record)
  if (protocol.name === 'grpc') response.addTrailers(call.responseTrailer.record)
  if (body) response.end(body)
  else response.end()
}
