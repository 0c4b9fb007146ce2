import type { DescMessage, DescMethod, DescMethodUnary, DescService, MessageShape } from '@bufbuild/protobuf'
import { MethodOptions_IdempotencyLevel as Level } from '@bufbuild/protobuf/wkt'
import { type Client, ConnectError, type ContextValues, type Transport } from '@connectrpc/connect'
import { ErrorInfoSchema } from '#gen/google/rpc/error_details_pb.ts'
import { currentCall, localCallerKey, remainingMs } from '../call-context.ts'
import { contextOf } from '../event-codec.ts'
import type { ServiceTokens } from '../service-token.ts'
import type { Tracing } from '../telemetry/tracing.ts'
import { CallValues } from '../unary/call-values.ts'
import { HeaderFields, type HeadersLike } from '../unary/header-fields.ts'
import { optionalUnit } from '../unit-of-work.ts'
import { clientOf } from './client.ts'
import { defaultDeadlineMs, withDefaultDeadline } from './deadline.ts'
import { networkTransport } from './network-transport.ts'
import { resilient } from './resilience.ts'

export interface MeshClientsOptions {
  /** The context that calls. */
  self: string
  /** The in-memory way to a context of this process. */
  local: (context: string) => Transport | undefined
  /** Where a context of another process is. */
  urlOf: (context: string) => string | undefined
  /** The tokens that prove who calls, for contexts of other processes. */
  tokens: ServiceTokens
  tracing: Tracing
}

/** One context's typed clients of the others. */
export interface MeshClients {
  /** A client of a service, wherever its context runs. */
  client<Service extends DescService>(service: Service): Client<Service>
  /** A client of a service that several contexts answer, at one of them. */
  clientAt<Service extends DescService>(context: string, service: Service): Client<Service>
  /** Calls one rpc, wherever its context runs. */
  unary<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    request: MessageShape<I>,
    options: { headers: Record<string, string>; timeoutMs: number; signal: AbortSignal },
  ): Promise<MessageShape<O>>
  close(): void
}

/** Says where the call comes from; a mutating call gets the key that follows from the unit that makes it. */
const callHeaders = (method: DescMethod, given: HeadersLike, tracing: Tracing): HeaderFields => {
  const headers = HeaderFields.of(given)
  const offer = (name: string, value: string | undefined) => {
    if (value && !headers.has(name)) headers.set(name, value)
  }
  const call = currentCall()
  offer('x-correlation-id', call?.correlationId)
  offer('x-troupe-causation-id', call?.causationId)
  offer('x-troupe-actor', call?.actor)
  offer('traceparent', tracing.traceparent() ?? call?.traceparent)
  if (method.idempotency !== Level.NO_SIDE_EFFECTS) {
    offer('idempotency-key', optionalUnit()?.keyFor(`${method.parent.typeName}/${method.name}`))
  }
  return headers
}

const spanName = (method: DescMethod) => `${method.parent.typeName}/${method.name}`

/** Adds what `callHeaders` says and a client span around each unary call. */
const announced = (tracing: Tracing, transport: Transport): Transport => ({
  unary: (method, signal, timeoutMs, header, input, values) =>
    tracing.span(spanName(method), { kind: 'client' }, () =>
      transport.unary(method, signal, timeoutMs, callHeaders(method, header, tracing), input, values),
    ),
  stream: (method, signal, timeoutMs, header, input, values) =>
    transport.stream(method, signal, timeoutMs, callHeaders(method, header, tracing), input, values),
})

/** Proves who calls within the process. */
const fromWithin = (self: string, transport: Transport): Transport => {
  const mark = (values: ContextValues = CallValues.none()) => values.set(localCallerKey, self)
  return {
    unary: (method, signal, timeoutMs, header, input, values) =>
      transport.unary(method, signal, timeoutMs, header, input, mark(values)),
    stream: (method, signal, timeoutMs, header, input, values) =>
      transport.stream(method, signal, timeoutMs, header, input, mark(values)),
  }
}

/** Of a token whose key was retired meanwhile nobody can tell any more that it has expired. */
const outOfDate = ['TOKEN_EXPIRED', 'INVALID_TOKEN']

const isExpired = (error: unknown): boolean =>
  error instanceof ConnectError && error.findDetails(ErrorInfoSchema).some(({ reason }) => outOfDate.includes(reason))

/** Proves who calls by a service token, unless the call carries a token of its own. */
const withToken = (tokens: ServiceTokens, transport: Transport): Transport => {
  const call = async <T>(given: HeadersLike, run: (headers: Headers) => Promise<T>): Promise<T> => {
    const headers = HeaderFields.of(given)
    if (headers.has('authorization')) return run(headers)
    const token = await tokens.current()
    headers.set('authorization', `Bearer ${token}`)
    return run(headers).catch(async (error: unknown) => {
      // Where the mesh's clock was moved, a token is older than it seems here.
      if (!isExpired(error)) throw error
      headers.set('authorization', `Bearer ${await tokens.replace(token)}`)
      return run(headers)
    })
  }
  return {
    unary: (method, signal, timeoutMs, header, input, values) =>
      call(header, (headers) => transport.unary(method, signal, timeoutMs, headers, input, values)),
    stream: (method, signal, timeoutMs, header, input, values) =>
      call(header, (headers) => transport.stream(method, signal, timeoutMs, headers, input, values)),
  }
}

/** Makes a context's clients. Connections are opened on first use, one per target. */
export const createMeshClients = (options: MeshClientsOptions): MeshClients => {
  const transports = new Map<string, Transport>()
  const closers: (() => void)[] = []

  const remote = (context: string): Transport => {
    const address = options.urlOf(context)
    if (!address) throw new Error(`context ${context} runs nowhere known: set TROUPE_${context.toUpperCase()}_URL`)
    const transport = networkTransport({ address })
    closers.push(() => transport.close())
    return withToken(options.tokens, resilient(transport, { target: context, remaining: remainingMs }))
  }

  const transportTo = (context: string): Transport => {
    const known = transports.get(context)
    if (known) return known
    const local = options.local(context)
    const proven = local
      ? fromWithin(options.self, withDefaultDeadline(local, defaultDeadlineMs, remainingMs))
      : remote(context)
    const transport = announced(options.tracing, proven)
    transports.set(context, transport)
    return transport
  }

  const clientAt = <Service extends DescService>(context: string, service: Service): Client<Service> => {
    // Found on first call: contexts of one process start one after another.
    const lazy: Transport = {
      unary: (...call) => transportTo(context).unary(...call),
      stream: (...call) => transportTo(context).stream(...call),
    }
    return clientOf(service, lazy)
  }

  return {
    client: (service) => clientAt(contextOf(service.typeName), service),
    clientAt,
    unary: async (method, request, { headers, timeoutMs, signal }) => {
      const transport = transportTo(contextOf(method.parent.typeName))
      const { message } = await transport.unary(method, signal, timeoutMs, headers, request as never)
      return message
    },
    close: () => {
      for (const close of closers) close()
    },
  }
}
