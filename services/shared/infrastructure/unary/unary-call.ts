import type { DescMessage, DescMethod, DescService, MessageShape } from '@bufbuild/protobuf'
import { create } from '@bufbuild/protobuf'
import {
  Code,
  ConnectError,
  type ContextValues,
  createContextKey,
  type HandlerContext,
  type Interceptor,
  type MethodImplSpec,
  type UnaryRequest,
} from '@connectrpc/connect'
import { CallValues } from './call-values.ts'
import { HeaderFields } from './header-fields.ts'

const callEnded = new ConnectError('the call has ended', Code.Canceled)
/** The longest a timer can run, in milliseconds; one that is set for longer fires at once. */
export const longestTimerMs = 2 ** 31 - 1

/** A method that takes one message and answers one, with what runs it. */
export type UnarySpec = MethodImplSpec & { kind: 'unary' }

export interface UnaryCallInit {
  method: DescMethod
  protocolName: string
  requestMethod: string
  requestHeader: Headers
  responseHeader?: HeaderFields
  responseTrailer?: HeaderFields | undefined
  /** Milliseconds that the caller waits at most; undefined for no bound. */
  timeoutMs?: number | undefined
  values?: ContextValues | undefined
  /** Made when somebody asks for it. */
  url: () => string
}

/**
 * One unary call as its handler sees it. What most handlers never look at (signal, timer, URL) is made when it is
 * first asked for.
 */
export class UnaryCall implements HandlerContext {
  readonly method: DescMethod
  readonly service: DescService
  readonly protocolName: string
  readonly requestMethod: string
  readonly requestHeader: Headers
  readonly responseHeader: HeaderFields
  readonly responseTrailer: HeaderFields
  readonly values: ContextValues
  private readonly makeUrl: () => string
  private readonly endsAt: number | undefined
  private controller: AbortController | undefined
  private timer: NodeJS.Timeout | undefined
  /** Why the call is over; undefined while it runs. */
  private over: unknown
  /** What the first interceptor is given. */
  request: UnaryRequest | undefined
  private overHeard: ((reason: unknown) => void) | undefined

  constructor(init: UnaryCallInit) {
    this.method = init.method
    this.service = init.method.parent
    this.protocolName = init.protocolName
    this.requestMethod = init.requestMethod
    this.requestHeader = init.requestHeader
    this.responseHeader = init.responseHeader ?? new HeaderFields()
    this.responseTrailer = init.responseTrailer ?? new HeaderFields()
    this.values = init.values ?? CallValues.none()
    this.makeUrl = init.url
    this.endsAt = init.timeoutMs === undefined ? undefined : performance.now() + init.timeoutMs
  }

  get url(): string {
    return this.makeUrl()
  }

  readonly timeoutMs = (): number | undefined =>
    this.endsAt === undefined ? undefined : this.endsAt - performance.now()

  get signal(): AbortSignal {
    if (!this.controller) {
      this.controller = new AbortController()
      if (this.over !== undefined) this.controller.abort(this.over)
      else this.watchTime()
    }
    return this.controller.signal
  }

  /** Has one listener hear why the call is over, before its handler does; undefined takes it away. */
  onOver(listener: ((reason: unknown) => void) | undefined): void {
    this.overHeard = listener
  }

  /** Ends the call when its time is up; whoever asks for the signal has it watched too. */
  watchTime(): void {
    const left = this.timeoutMs()
    if (left === undefined || this.timer) return
    const timeUp = () => this.abort(new ConnectError('the operation timed out', Code.DeadlineExceeded))
    if (left <= 0) timeUp()
    else this.timer = setTimeout(timeUp, Math.min(left, longestTimerMs))
  }

  /** Ends the call: whoever holds its signal hears why, now or on asking. Only the first reason counts. */
  abort(reason: unknown = callEnded): void {
    if (this.over !== undefined) return
    this.over = reason
    clearTimeout(this.timer)
    this.overHeard?.(reason)
    this.controller?.abort(reason)
  }
}

const callKey = createContextKey<UnaryCall | undefined>(undefined)

/** The handler's context where an interceptor passed on another request than it was given. */
const contextOf = (call: UnaryCall, request: UnaryRequest): HandlerContext => {
  if (request === call.request) return call
  const { header, contextValues, signal } = request
  return Object.create(call, {
    requestHeader: { value: header },
    values: { value: contextValues },
    // A copy made with `...` has none: it is one of the call's, made when it is asked for.
    ...(signal && { signal: { value: signal } }),
  })
}

const replaceAll = (from: Headers, to: HeaderFields): void => {
  if (from === to) return
  for (const name of [...to.keys()]) to.delete(name)
  for (const [name, value] of from) to.append(name, value)
}

/** What the first interceptor is given. */
class CallRequest implements UnaryRequest {
  readonly stream = false
  readonly service: UnaryRequest['service']
  readonly method: UnaryRequest['method']
  readonly requestMethod: string
  readonly message: UnaryRequest['message']
  readonly header: Headers
  readonly contextValues: ContextValues
  private readonly call: UnaryCall

  constructor(call: UnaryCall, message: UnaryRequest['message']) {
    this.service = call.service
    this.method = call.method as UnaryRequest['method']
    this.requestMethod = call.requestMethod
    this.message = message
    this.header = call.requestHeader
    this.contextValues = call.values
    this.call = call
  }

  get url(): string {
    return this.call.url
  }

  get signal(): AbortSignal {
    return this.call.signal
  }
}

/** Runs a method's handler behind the interceptors; the chain is built once, not for each call. */
export const unaryInvoker = (spec: UnarySpec, interceptors: readonly Interceptor[]) => {
  const method = spec.method as UnaryRequest['method']
  const service = method.parent
  const handle = async (request: UnaryRequest) => {
    const call = request.contextValues.get(callKey)
    if (!call) throw new Error('an interceptor dropped the context values')
    const message = create(
      method.output,
      (await spec.impl(request.message as never, contextOf(call, request))) as never,
    )
    return {
      stream: false as const,
      service,
      method,
      message,
      header: call.responseHeader,
      trailer: call.responseTrailer,
    }
  }
  type Handle = (request: UnaryRequest) => ReturnType<typeof handle>
  const run = interceptors.reduceRight<Handle>((next, interceptor) => interceptor(next as never) as never, handle)
  return async (call: UnaryCall, message: MessageShape<DescMessage>): Promise<MessageShape<DescMessage>> => {
    call.values.set(callKey, call)
    call.request = new CallRequest(call, message)
    const response = await run(call.request)
    replaceAll(response.header, call.responseHeader)
    replaceAll(response.trailer, call.responseTrailer)
    return response.message
  }
}
