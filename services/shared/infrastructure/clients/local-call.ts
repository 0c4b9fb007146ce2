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
import { CallValues } from '../unary/call-values.ts'

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

/** The caller's values for the server, where what is set is not seen by the caller's next call. */
export const copyOf = (values: ContextValues): ContextValues =>
  values instanceof CallValues ? values.copy() : (Object.create(values) as ContextValues)
