import { create, type DescMessage, type Message, type MessageInitShape, toJsonString } from '@bufbuild/protobuf'
import { Code, ConnectError, type Transport } from '@connectrpc/connect'
import { ErrorInfoSchema } from '#gen/google/rpc/error_details_pb.ts'
import { codeName } from '../../services/shared/presentation/errors.ts'
import type { Rpc } from './rpcs.ts'

/** What came of a call. */
export interface Outcome {
  /** `ok`, or the code as Connect spells it. */
  code: string
  /** The reason that the error's details name; empty when there is none. */
  reason: string
  /** The error's own words; empty for `ok`. */
  message: string
  /** The answer, of a stream its first message, as JSON; empty for an error. */
  answer: string
}

/** A request as its fields; what they are is known to the contract alone. */
export type Fields = Readonly<Record<string, unknown>>

export const requestOf = ({ method }: Rpc, fields: Fields): Message =>
  create(method.input as DescMessage, fields as MessageInitShape<DescMessage>) as Message

const timeoutMs = 20_000

const firstOf = async (transport: Transport, { method }: Rpc, request: Message, headers: Headers): Promise<string> => {
  if (method.methodKind === 'unary') {
    const { message } = await transport.unary(method as never, undefined, timeoutMs, headers, request as never)
    return toJsonString(method.output, message as Message)
  }
  const stop = new AbortController()
  const requests = async function* () {
    yield request
    // Some servers of streams answer only for as long as the client goes on.
    if (method.methodKind === 'bidi_streaming') await new Promise((done) => stop.signal.addEventListener('abort', done))
  }
  try {
    const { message } = await transport.stream(method as never, stop.signal, timeoutMs, headers, requests() as never)
    for await (const part of message) return toJsonString(method.output, part as Message)
    return '{}'
  } finally {
    stop.abort()
  }
}

/** Makes a call and tells what came of it; never throws. A stream is left after its first message. */
export const callRpc = async (
  transport: Transport,
  rpc: Rpc,
  fields: Fields,
  headers: Readonly<Record<string, string>> = {},
): Promise<Outcome> => {
  try {
    const answer = await firstOf(transport, rpc, requestOf(rpc, fields), new Headers(headers))
    return { code: 'ok', reason: '', message: '', answer }
  } catch (thrown) {
    const error = ConnectError.from(thrown, Code.Unknown)
    const reason = error.findDetails(ErrorInfoSchema)[0]?.reason ?? ''
    return { code: codeName(error), reason, message: error.rawMessage, answer: '' }
  }
}
