import { AsyncLocalStorage } from 'node:async_hooks'
import type { DescMethod } from '@bufbuild/protobuf'
import {
  Code,
  ConnectError,
  type ContextValues,
  type HandlerContext,
  type Interceptor,
  type MethodImplSpec,
} from '@connectrpc/connect'

export interface LocalTransportOptions {
  /** The implementations by path, `/pkg.Service/Method`. */
  methods: ReadonlyMap<string, MethodImplSpec>
  /** The server's interceptors. */
  interceptors: Interceptor[]
  /** What the server does before it reads a request. */
  requestGate?: (context: HandlerContext) => void | Promise<void>
}

/** Runs a handler where nothing of its caller's async context reaches it. */
export const inFreshContext = AsyncLocalStorage.snapshot()

export const callEnded = new ConnectError('the call has ended', Code.Canceled)

export const pathOf = (method: DescMethod): string => `/${method.parent.typeName}/${method.name}`

/** Throws UNIMPLEMENTED where nothing answers the method. */
export const implementationOf = (methods: LocalTransportOptions['methods'], method: DescMethod): MethodImplSpec => {
  const spec = methods.get(pathOf(method))
  if (spec) return spec
  throw new ConnectError(`${pathOf(method)} is not implemented`, Code.Unimplemented)
}

/** A layer over the caller's values: what the server sets is not seen by the caller's next call. */
export const layerOver = (values: ContextValues): ContextValues => Object.create(values) as ContextValues
