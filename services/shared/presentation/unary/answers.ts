import type { JsonReadOptions, JsonWriteOptions } from '@bufbuild/protobuf'
import { Code, ConnectError } from '@connectrpc/connect'
import { type Compression, compressedFlag, mergeNonProtocolHeaders } from '@connectrpc/connect/protocol'
import { codeToHttpStatus, errorToJsonBytes } from '@connectrpc/connect/protocol-connect'
import { setTrailerStatus } from '@connectrpc/connect/protocol-grpc'
import { trailerFlag, trailerSerialize } from '@connectrpc/connect/protocol-grpc-web'
import { envelope } from '../../infrastructure/unary/envelope.ts'
import type { UnaryCall } from '../../infrastructure/unary/unary-call.ts'
import { isGone, type NodeServerRequest, type NodeServerResponse } from '../http-handler.ts'
import { wellFormed } from '../malformed.ts'
import { afterReads } from './after-reads.ts'
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
  error instanceof ConnectError ? wellFormed(error) : new ConnectError('internal error', Code.Internal)

type MaybeLater<T> = T | Promise<T>

const enveloped = (
  flags: number,
  data: Uint8Array,
  { compression, compressMinBytes }: AnswerOptions,
): MaybeLater<Buffer> =>
  compression && data.byteLength >= compressMinBytes
    ? compression
        .compress(data as Uint8Array<ArrayBuffer>)
        .then((compressed) => envelope(flags | compressedFlag, compressed))
    : envelope(flags, data)

const grpcBody = (call: UnaryCall, outcome: Outcome, options: AnswerOptions): MaybeLater<Buffer> | undefined => {
  if ('message' in outcome) return enveloped(0, outcome.message, options)
  setTrailerStatus(call.responseTrailer, asConnectError(outcome.error))
  return undefined
}

const grpcAnswer = (call: UnaryCall, outcome: Outcome, options: AnswerOptions): MaybeLater<Answer> => {
  const body = grpcBody(call, outcome, options)
  return body instanceof Promise ? body.then((later) => ({ status: 200, body: later })) : { status: 200, body }
}

const grpcWebAnswer = async (call: UnaryCall, outcome: Outcome, options: AnswerOptions): Promise<Answer> => {
  const body = await grpcBody(call, outcome, options)
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

const withLength = (
  { responseHeader: header, responseTrailer }: UnaryCall,
  status: number,
  body: Uint8Array,
): Answer => {
  if (!responseTrailer.isEmpty) for (const [name, value] of responseTrailer) header.append(`trailer-${name}`, value)
  header.set('content-length', String(body.byteLength))
  return { status, body }
}

const connectAnswer = (call: UnaryCall, outcome: Outcome, options: AnswerOptions): MaybeLater<Answer> => {
  const { status, body } =
    'message' in outcome ? { status: 200, body: outcome.message } : failed(call, asConnectError(outcome.error), options)
  const { compression, compressMinBytes } = options
  if (!compression || body.byteLength < compressMinBytes) return withLength(call, status, body)
  return compression.compress(body as Uint8Array<ArrayBuffer>).then((compressed) => {
    call.responseHeader.set('content-encoding', compression.name)
    return withLength(call, status, compressed)
  })
}

const answers = { connect: connectAnswer, grpc: grpcAnswer, 'grpc-web': grpcWebAnswer }

/** Writes how a call ended, in its protocol. Does nothing when nobody waits for it any more. */
export const writeAnswer = (
  request: NodeServerRequest,
  response: NodeServerResponse,
  call: UnaryCall,
  outcome: Outcome,
  options: AnswerOptions,
): MaybeLater<void> => {
  const { protocol } = options
  const write = ({ status, body }: Answer) => {
    if (isGone(request)) return
    response.writeHead(status, call.responseHeader.record)
    if (protocol.name === 'grpc') response.addTrailers(call.responseTrailer.record)
    if (body) response.end(body)
    else response.end()
  }
  const writeInTurn = 'stream' in response ? write : (answer: Answer) => afterReads(() => write(answer))
  const answer = answers[protocol.name](call, outcome, options)
  return answer instanceof Promise ? answer.then(writeInTurn) : writeInTurn(answer)
}
