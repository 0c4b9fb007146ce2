import type { DescMethod } from '@bufbuild/protobuf'
import { Code, ConnectError, type ContextValues, type Transport } from '@connectrpc/connect'
import { HeaderFields, type HeadersLike } from '../unary/header-fields.ts'
import { UnaryCall, type UnarySpec, unaryInvoker } from '../unary/unary-call.ts'
import { bounded } from './deadline.ts'
import { copyOf, implementationOf, inFreshContext, type LocalTransportOptions, pathOf } from './local-call.ts'
import { decode, defaultMaxMessageBytes, encode } from './message-codec.ts'
import { asFromWire } from './wire-error.ts'

const openUnary = (
  method: DescMethod,
  timeoutMs: number | undefined,
  header: HeadersLike,
  values: ContextValues | undefined,
): UnaryCall =>
  new UnaryCall({
    method,
    protocolName: 'grpc',
    requestMethod: 'POST',
    requestHeader: HeaderFields.of(header),
    timeoutMs: bounded(timeoutMs) ? timeoutMs : undefined,
    values: values && copyOf(values),
    url: () => `http://local${pathOf(method)}`,
  })

/** Runs a call until it is done, its time is up, or its caller gives up; then it is over for its handler too. */
const abandonable = <T>(call: UnaryCall, signal: AbortSignal | undefined, run: () => Promise<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    const onCancel = () => {
      reject(ConnectError.from(signal?.reason, Code.Canceled))
      inFreshContext(() => call.abort(new ConnectError('the caller gave up', Code.Canceled)))
    }
    call.onOver((reason) => {
      signal?.removeEventListener('abort', onCancel)
      reject(reason)
    })
    if (signal?.aborted) return onCancel()
    signal?.addEventListener('abort', onCancel, { once: true })
    inFreshContext(() => {
      call.watchTime()
      return run()
    })
      .then(resolve, reject)
      .finally(() => inFreshContext(() => call.abort()))
  })

/** The unary half of the transport within the process. */
export const localUnary = ({ methods, interceptors, requestGate }: LocalTransportOptions): Transport['unary'] => {
  const invokers = new Map<DescMethod, ReturnType<typeof unaryInvoker>>()
  const invokerOf = (method: DescMethod) => {
    const known = invokers.get(method)
    if (known) return known
    const made = unaryInvoker(implementationOf(methods, method) as UnarySpec, interceptors)
    invokers.set(method, made)
    return made
  }
  return async (method, signal, timeoutMs, header, input, values) => {
    const invoke = invokerOf(method)
    const request = encode(method.input, input, defaultMaxMessageBytes)
    const call = openUnary(method, timeoutMs, header, values)
    const handle = async () => {
      try {
        await requestGate?.(call)
        const message = decode(method.input, request)
        return encode(method.output, (await invoke(call, message)) as never, defaultMaxMessageBytes)
      } catch (error) {
        throw asFromWire(error, call.responseTrailer)
      }
    }
    const response = await abandonable(call, signal, handle)
    return {
      stream: false,
      service: method.parent,
      method,
      header: call.responseHeader,
      message: decode(method.output, response),
      trailer: call.responseTrailer,
    }
  }
}
