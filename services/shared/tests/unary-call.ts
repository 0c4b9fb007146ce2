import { create, type DescMessage, type DescMethodUnary, type MessageShape } from '@bufbuild/protobuf'
import { StringValueSchema } from '@bufbuild/protobuf/wkt'
import {
  ConnectError,
  createContextValues,
  type Interceptor,
  type UnaryRequest,
  type UnaryResponse,
} from '@connectrpc/connect'
import { BadRequestSchema, ErrorInfoSchema, RetryInfoSchema } from '#gen/google/rpc/error_details_pb.ts'
import { milliseconds } from '../domain/timestamp.ts'
import { type CallContext, callKey, responseKey } from '../infrastructure/call-context.ts'
import { callScope, errors } from '../presentation/interceptors.ts'
import { anyCall, testLog } from './fixture.ts'

type TextMethod = DescMethodUnary<typeof StringValueSchema, typeof StringValueSchema>

/** What one unary call is made of, where a test wants something else than usual. */
export interface UnaryCall {
  headers?: Record<string, string>
  call?: CallContext
  log?: Parameters<typeof errors>[0]['log']
  /** What the transport will answer with, errors included. */
  response?: Headers
}

/** A request as the transports hand it to the interceptors, admitted by the gate. */
export const requestOf = <I extends DescMessage, O extends DescMessage>(
  method: DescMethodUnary<I, O>,
  message: MessageShape<I>,
  { headers = {}, call = anyCall(), response = new Headers() }: UnaryCall = {},
): UnaryRequest<I, O> => ({
  stream: false,
  service: method.parent,
  method,
  requestMethod: 'POST',
  url: `http://test/${method.parent.typeName}/${method.name}`,
  header: new Headers(headers),
  contextValues: createContextValues()
    .set(callKey, call)
    .set(responseKey, { header: response, trailer: new Headers() }),
  signal: call.signal,
  message,
})

/** Calls a handler from text to text through interceptors, inside those that every call passes. */
export const caller =
  (interceptors: Interceptor[], handle: (text: string, header: Headers) => Promise<string> | string) =>
  async (method: TextMethod, text: string, given: UnaryCall = {}) => {
    const answer = async (request: UnaryRequest): Promise<UnaryResponse> => {
      const header = new Headers()
      const value = await handle((request.message as MessageShape<typeof StringValueSchema>).value, header)
      const message = create(StringValueSchema, { value })
      return { stream: false, service: method.parent, method, header, trailer: new Headers(), message }
    }
    const chain = [errors({ context: 'test', log: given.log ?? testLog }), callScope(), ...interceptors]
    const run = chain.reduceRight<(request: never) => Promise<unknown>>(
      (next, each) => each(next as never),
      answer as never,
    )
    const response = (await run(
      requestOf(method, create(StringValueSchema, { value: text }), given) as never,
    )) as UnaryResponse
    return { text: (response.message as MessageShape<typeof StringValueSchema>).value, header: response.header }
  }

/** What a refused caller can read out of the error. */
export const refusalOf = async (call: Promise<unknown>) => {
  const error = ConnectError.from(
    await call.then(
      () => new Error('it was answered'),
      (reason: unknown) => reason,
    ),
  )
  const [retry] = error.findDetails(RetryInfoSchema)
  return {
    code: error.code,
    reason: error.findDetails(ErrorInfoSchema)[0]?.reason,
    message: error.rawMessage,
    fields: error.findDetails(BadRequestSchema).flatMap((detail) => detail.fieldViolations.map(({ field }) => field)),
    retryAfterMs: retry?.retryDelay && milliseconds(retry.retryDelay),
    metadata: error.metadata,
  }
}
