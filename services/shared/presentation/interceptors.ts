import type { DescMessage, Message } from '@bufbuild/protobuf'
import { pathToString } from '@bufbuild/protobuf/reflect'
import { createValidator, type Violation } from '@bufbuild/protovalidate'
import { Code, ConnectError, type Interceptor, type StreamRequest, type UnaryRequest } from '@connectrpc/connect'
import { DomainError, invalid } from '../domain/errors.ts'
import { admissionKey, type CallContext, callKey, remainingMs, runInCall } from '../infrastructure/call-context.ts'
import type { Logger } from '../infrastructure/telemetry/logger.ts'
import type { Metrics } from '../infrastructure/telemetry/metrics.ts'
import type { Tracing } from '../infrastructure/telemetry/tracing.ts'
import { longestTimerMs } from '../infrastructure/unary/unary-call.ts'
import { canonicalise } from './canonical.ts'
import { codeName, isUnexpected, toAnswer } from './errors.ts'
import { oversizedList } from './list-limits.ts'
import { blameSender } from './malformed.ts'

type Request = UnaryRequest | StreamRequest

const callOf = (request: Request): CallContext => {
  const call = request.contextValues.get(callKey)
  if (!call) throw new Error('the gate admitted no call')
  return call
}

/** Passes every step of a stream through `around`, so that it runs in the call's context. */
const stepwise = <T>(
  stream: AsyncIterable<T>,
  around: <R>(step: () => Promise<R>) => Promise<R>,
): AsyncIterable<T> => ({
  [Symbol.asyncIterator]: () => {
    const iterator = stream[Symbol.asyncIterator]()
    return {
      next: () => around(() => iterator.next()),
      return: (value?: unknown) =>
        around(async () => (await iterator.return?.(value)) ?? { done: true, value: undefined }),
    }
  },
})

/** A span, a measured duration and, for failures nobody expected, a log line; the outermost of all. */
export const telemetry =
  (options: { context: string; tracing: Tracing; metrics: Metrics; log: Logger }): Interceptor =>
  (next) =>
  async (request) => {
    const { tracing, metrics } = options
    const call = callOf(request)
    const end = metrics.rpc(request.service.typeName, request.method.name)
    const attributes = {
      'rpc.system': 'connect_rpc',
      'rpc.service': request.service.typeName,
      'rpc.method': request.method.name,
    }
    const run = async () => {
      call.traceparent = tracing.traceparent() ?? call.traceparent
      const response = await next(request)
      if (!response.stream) end('ok')
      return response.stream ? { ...response, message: counted(response.message, end) } : response
    }
    return tracing
      .span(
        `${request.service.typeName}/${request.method.name}`,
        { kind: 'server', parent: call.traceparent, attributes },
        run,
      )
      .catch((error: unknown) => {
        end(codeName(error))
        throw error
      })
  }

async function* counted<T>(stream: AsyncIterable<T>, end: (code: string) => void): AsyncIterable<T> {
  let code = 'canceled'
  try {
    yield* stream
    code = 'ok'
  } catch (error) {
    code = codeName(error)
    throw error
  } finally {
    end(code)
  }
}

/** Turns whatever went wrong into the one answer that may leave, and logs what nobody expected. */
export const errors =
  (options: { context: string; log: Logger }): Interceptor =>
  (next) =>
  async (request) => {
    const rpc = `${request.service.typeName}/${request.method.name}`
    const answer = (error: unknown): never => {
      if (isUnexpected(error) && !request.signal.aborted) {
        runInCall(callOf(request), () => options.log.error('rpc failed', { rpc, error }))
      }
      throw toAnswer(error, options.context)
    }
    const response = await next(request).catch(answer)
    if (!response.stream) return response
    return { ...response, message: stepwise(response.message, (step) => step().catch(answer)) }
  }

const admitAgainMs = 1000

/** Ends a stream whose caller would not be let in any more, before its next message: streams outlive what let them in. */
async function* admitted<T>(stream: AsyncIterable<T>, admit: () => Promise<void>): AsyncIterable<T> {
  let at = performance.now()
  for await (const message of stream) {
    if (performance.now() - at >= admitAgainMs) {
      await admit()
      at = performance.now()
    }
    yield message
  }
}

/**
 * Makes the call's context current for everything below, and ends a call whose time is up or whose caller's right to it
 * has ended.
 */
export const callScope = (): Interceptor => (next) => async (request) => {
  const call = callOf(request)
  if (request.stream) {
    const response = await runInCall(call, () => next(request))
    if (!response.stream) return response
    const admit = request.contextValues.get(admissionKey)
    const messages = admit ? admitted(response.message, admit) : response.message
    return { ...response, message: stepwise(messages, (step) => runInCall(call, step)) }
  }
  return runInCall(call, () => withinDeadline(() => next(request)))
}

const withinDeadline = async <T>(run: () => Promise<T>): Promise<T> => {
  const left = remainingMs()
  if (left === undefined) return run()
  const ended = Promise.withResolvers<never>()
  const timeUp = () => ended.reject(new ConnectError('the deadline has passed', Code.DeadlineExceeded))
  // Timers may fire a millisecond early: what the handler still did then would be kept.
  const timer = setTimeout(timeUp, Math.min(Math.ceil(left) + 1, longestTimerMs))
  try {
    return await Promise.race([run(), ended.promise])
  } finally {
    clearTimeout(timer)
    ended.promise.catch(() => {})
  }
}

const validator = createValidator()

/** More of them help nobody, and an answer has to stay small. */
const mostViolations = 20

const violationsOf = (violations: readonly Violation[]): DomainError => {
  const fields = violations
    .slice(0, mostViolations)
    .map(({ field, message }) => ({ field: pathToString(field), description: message }))
  const text = fields.map(({ field, description }) => `${field}: ${description}`).join('; ')
  return new DomainError('invalid', 'INVALID_REQUEST', text, { fields })
}

const check = (schema: DescMessage, message: Message): void => {
  const list = oversizedList(schema, message)
  if (list) throw invalid(list.field, 'INVALID_REQUEST', `must contain at most ${list.max} items`)
  canonicalise(schema, message)
  const result = validator.validate(schema, message)
  if (result.kind === 'invalid') throw violationsOf(result.violations)
  if (result.kind === 'error') throw result.error
}

/** Checks requests against the rules in their contract. */
export const validation = (): Interceptor => (next) => async (request) => {
  if (!request.stream) {
    check(request.method.input, request.message)
    return next(request)
  }
  const { message } = request
  const checked = async function* () {
    const parts = message[Symbol.asyncIterator]()
    try {
      for (;;) {
        const { done, value } = await parts.next().catch(blameSender)
        if (done) return
        check(request.method.input, value)
        yield value
      }
    } finally {
      await parts.return?.()
    }
  }
  return next({ ...request, message: checked() })
}
