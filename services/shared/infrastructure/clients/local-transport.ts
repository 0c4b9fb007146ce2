import { AsyncLocalStorage } from 'node:async_hooks'
import type { DescMessage, DescMethod } from '@bufbuild/protobuf'
import { Code, ConnectError, type ContextValues, createHandlerContext, type Transport } from '@connectrpc/connect'
import { transformInvokeImplementation } from '@connectrpc/connect/protocol'
import type { HeadersLike } from '../unary/header-fields.ts'
import { cancellable } from './cancellable.ts'
import { bounded } from './deadline.ts'
import {
  callEnded,
  copyOf,
  implementationOf,
  inFreshContext,
  type LocalTransportOptions,
  pathOf,
} from './local-call.ts'
import { localUnary } from './local-unary.ts'
import { decode, defaultMaxMessageBytes, encode } from './message-codec.ts'
import { asFromWire } from './wire-error.ts'

/** Both ends of one stream: the handler's context, and a promise that rejects when the caller need not wait on. */
const openCall = (
  method: DescMethod,
  signal: AbortSignal | undefined,
  timeoutMs: number | undefined,
  header: HeadersLike,
  values: ContextValues | undefined,
) => {
  const context = createHandlerContext({
    service: method.parent,
    method,
    protocolName: 'grpc',
    requestMethod: 'POST',
    url: `http://local${pathOf(method)}`,
    ...(bounded(timeoutMs) && { timeoutMs }),
    ...(header && { requestHeader: header }),
    ...(values && { contextValues: copyOf(values) }),
  })
  const abandoned = Promise.withResolvers<never>()
  abandoned.promise.catch(() => {})
  const cancel = (reason: unknown) => {
    abandoned.reject(ConnectError.from(reason, Code.Canceled))
    inFreshContext(() => context.abort(new ConnectError('the caller gave up', Code.Canceled)))
  }
  const onCancel = () => cancel(signal?.reason)
  context.signal.addEventListener('abort', () => abandoned.reject(context.signal.reason), { once: true })
  if (signal?.aborted) onCancel()
  else signal?.addEventListener('abort', onCancel, { once: true })
  const close = () => {
    signal?.removeEventListener('abort', onCancel)
    inFreshContext(() => context.abort(callEnded))
  }
  return { context, abandoned: abandoned.promise, cancel, close }
}

/** Reads the caller's messages where the caller runs, and hands copies to the handler. */
const received = <I extends DescMessage>(desc: I, input: AsyncIterable<unknown>, fail: (reason: unknown) => void) => {
  const inCallersContext = AsyncLocalStorage.snapshot()
  const source = input[Symbol.asyncIterator]()
  const copy = async () => {
    const next = await inCallersContext(() => source.next()).catch((error: unknown) => {
      fail(error)
      throw new ConnectError('the request stream failed', Code.Canceled)
    })
    if (next.done) return { done: true as const, value: undefined }
    return { done: false as const, value: decode(desc, encode(desc, next.value as never, defaultMaxMessageBytes)) }
  }
  return {
    messages: { [Symbol.asyncIterator]: () => ({ next: copy }) },
    // A request stream that throws while it is being stopped has no call left to fail.
    close: () => inCallersContext(() => source.return?.())?.catch(() => {}),
  }
}

/**
 * Calls within the process: the server's own gate, interceptors and handlers without a socket between. Messages are
 * copied through their wire form, errors lose what the wire would lose, and the handler runs in an async context of
 * its own, so nothing of the caller's reaches it but headers, deadline, cancellation and the context values it was
 * called with, which no caller from outside can forge.
 */
export const localTransport = (options: LocalTransportOptions): Transport => {
  const { methods, interceptors, requestGate } = options

  return {
    unary: localUnary(options),

    async stream(method, signal, timeoutMs, header, input, values) {
      const spec = implementationOf(methods, method)
      const call = inFreshContext(() => openCall(method, signal, timeoutMs, header, values))
      const { context } = call
      const requests = received(method.input, input, call.cancel)
      const responses = inFreshContext(() =>
        transformInvokeImplementation(spec, context, interceptors)(requests.messages)[Symbol.asyncIterator](),
      )
      let closed = false
      const close = () => {
        if (closed) return
        closed = true
        call.close()
        requests.close()
        // A handler that throws while it is being stopped has nobody left to tell.
        inFreshContext(() => responses.return?.())?.catch(() => {})
      }
      call.abandoned.catch(close)
      const advance = async (): Promise<IteratorResult<Uint8Array, undefined>> => {
        try {
          const next = await responses.next()
          if (next.done) return { done: true, value: undefined }
          return { done: false, value: encode(spec.method.output, next.value, defaultMaxMessageBytes) }
        } catch (error) {
          throw asFromWire(error, context.responseTrailer)
        }
      }
      const pull = async (step: () => Promise<IteratorResult<Uint8Array, undefined>>) => {
        try {
          const next = await Promise.race([inFreshContext(step), call.abandoned])
          if (next.done) close()
          return next
        } catch (error) {
          close()
          throw error
        }
      }
      // As over the wire, the headers are there when the first message is.
      let first: IteratorResult<Uint8Array, undefined> | undefined = await pull(async () => {
        try {
          await requestGate?.(context)
        } catch (error) {
          throw asFromWire(error, context.responseTrailer)
        }
        return advance()
      })
      async function* messages() {
        for (;;) {
          const next = first ?? (await pull(advance))
          first = undefined
          if (next.done) return
          yield decode(method.output, next.value)
        }
      }
      return {
        stream: true,
        service: method.parent,
        method,
        header: context.responseHeader,
        trailer: context.responseTrailer,
        message: cancellable(messages(), () => call.cancel(new ConnectError('the caller left', Code.Canceled))),
      }
    },
  }
}
