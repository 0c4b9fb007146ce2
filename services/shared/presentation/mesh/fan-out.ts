import {
  type CallOptions,
  type Client,
  Code,
  ConnectError,
  type HandlerContext,
  type ServiceImpl,
} from '@connectrpc/connect'
import type { MeshService } from '#gen/troupe/mesh/v1/mesh_service_pb.ts'
import { conflict, invalid, notFound, unavailable } from '../../domain/errors.ts'
import { dateOf, milliseconds, timestamp } from '../../domain/timestamp.ts'
import { advanceClock } from './advance-clock.ts'
import { mergeCausation } from './causation.ts'
import { pageToken } from './page-position.ts'

const maxAdvanceMs = 10 * 366 * 24 * 60 * 60 * 1000

type MeshClient = Client<typeof MeshService>

export interface FanOutParts {
  /** The contexts it speaks for. */
  contexts: readonly string[]
  clientAt: (context: string) => MeshClient
}

type Time = Parameters<typeof dateOf>[0]

const timeOf = (time: Time): number => dateOf(time)?.getTime() ?? 0

/** Each context decides by itself whether the caller may: the caller's own token goes along. */
const forwarded = (context: HandlerContext): CallOptions => {
  const names = ['authorization', 'idempotency-key']
  const headers = names.flatMap((name) => {
    const value = context.requestHeader.get(name)
    return value === null ? [] : [[name, value] as [string, string]]
  })
  const timeoutMs = context.timeoutMs()
  return { headers, signal: context.signal, ...(timeoutMs === undefined ? {} : { timeoutMs }) }
}

const isCode = (error: unknown, code: Code): boolean => error instanceof ConnectError && error.code === code

/** Answers for many contexts: asks those that a request names, all when it names none, and merges what they say. */
export const meshFanOut = ({ contexts, clientAt }: FanOutParts): ServiceImpl<typeof MeshService> => {
  let isMoving = false

  const known = (context: string): string => {
    if (!contexts.includes(context)) throw notFound('UNKNOWN_CONTEXT', `there is no context ${context}`)
    return context
  }
  const named = (names: readonly string[]) => (names.length === 0 ? contexts : [...new Set(names)].map(known))

  const ask = async <T>(context: string, call: (client: MeshClient) => Promise<T>): Promise<T> => {
    try {
      return await call(clientAt(known(context)))
    } catch (error) {
      if (!isCode(error, Code.Unavailable) && !isCode(error, Code.DeadlineExceeded)) throw error
      const metadata = { context }
      throw unavailable('CONTEXT_UNAVAILABLE', `${context}: ${(error as ConnectError).rawMessage}`, { metadata })
    }
  }
  const askAll = <T>(names: readonly string[], call: (client: MeshClient, contexts: string[]) => Promise<T>) =>
    Promise.all(named(names).map((context) => ask(context, (client) => call(client, [context]))))

  /** The answer of the one context that has it. NOT_FOUND when none has; which is certain only if all could be asked. */
  const findOne = async <T>(
    names: readonly string[],
    call: (client: MeshClient, contexts: string[]) => Promise<T>,
  ): Promise<T> => {
    const answers = await Promise.allSettled(
      named(names).map((context) => ask(context, (client) => call(client, [context]))),
    )
    const found = answers.find((answer) => answer.status === 'fulfilled')
    if (found) return found.value
    const failures = answers.map((answer) => (answer as PromiseRejectedResult).reason as unknown)
    throw failures.find((error) => !isCode(error, Code.NotFound)) ?? failures[0]
  }

  return {
    listDeadLetters: async (request, context) => {
      const size = request.pageSize || 50
      const pages = await askAll(request.contexts, (client, only) =>
        client.listDeadLetters({ ...request, contexts: only }, forwarded(context)),
      )
      const all = pages
        .flatMap((page) => page.deadLetters)
        .toSorted((a, b) => timeOf(a.createdAt) - timeOf(b.createdAt) || (a.id < b.id ? -1 : 1))
      const deadLetters = all.slice(0, size)
      const last = deadLetters.at(-1)
      const isMore = all.length > size || pages.some((page) => page.nextPageToken !== '')
      const nextPageToken =
        isMore && last ? pageToken({ createdAt: new Date(timeOf(last.createdAt)), id: last.id }) : ''
      return { deadLetters, nextPageToken }
    },
    getDeadLetter: (request, context) =>
      findOne(request.contexts, (client, only) =>
        client.getDeadLetter({ ...request, contexts: only }, forwarded(context)),
      ),
    redriveDeadLetter: (request, context) =>
      findOne(request.contexts, (client, only) =>
        client.redriveDeadLetter({ ...request, contexts: only }, forwarded(context)),
      ),
    getLag: async (request, context) => {
      const found = await askAll(request.contexts, (client, only) =>
        client.getLag({ contexts: only }, forwarded(context)),
      )
      return { relays: found.flatMap(({ relays }) => relays), consumers: found.flatMap(({ consumers }) => consumers) }
    },
    listRecentEvents: async (request, context) => {
      const found = await askAll(request.contexts, (client, only) =>
        client.listRecentEvents({ ...request, contexts: only }, forwarded(context)),
      )
      // A context's own order, by position, stands where times are equal: the sort is stable.
      const events = found
        .flatMap((each) => each.events)
        .toSorted((a, b) => timeOf(b.occurredAt) - timeOf(a.occurredAt))
      return { events: events.slice(0, request.pageSize || 20) }
    },
    traceCausation: async (request, context) => {
      const { correlationId } = request
      const parts = await askAll(request.contexts, async (client, only) => {
        try {
          return (await client.traceCausation({ correlationId, contexts: only }, forwarded(context))).nodes
        } catch (error) {
          if (isCode(error, Code.NotFound)) return []
          throw error
        }
      })
      const nodes = mergeCausation(parts)
      if (nodes.length === 0)
        throw notFound('CORRELATION_NOT_FOUND', `nothing carries the correlation id ${correlationId}`)
      return { nodes }
    },
    checkInvariants: async (request, context) => {
      const found = await askAll(request.contexts, (client, only) =>
        client.checkInvariants({ contexts: only }, forwarded(context)),
      )
      return { results: found.flatMap(({ results }) => results) }
    },
    replayProjection: (request, context) =>
      ask(request.context, (client) => client.replayProjection(request, forwarded(context))),
    readEvents: (request, context) => ask(request.context, (client) => client.readEvents(request, forwarded(context))),
    getSubjectKeys: (request, context) =>
      ask(request.context, (client) => client.getSubjectKeys(request, forwarded(context))),
    getClock: (request, context) => {
      const onHeader = (headers: Headers) => {
        for (const [name, value] of headers) if (name.startsWith('x-troupe-')) context.responseHeader.set(name, value)
      }
      return ask(request.context, (client) => client.getClock(request, { ...forwarded(context), onHeader }))
    },
    setClock: (request, context) => ask(request.context, (client) => client.setClock(request, forwarded(context))),
    advanceClock: async (request, context) => {
      const byMs = request.by ? milliseconds(request.by) : 0
      if (!(byMs > 0 && byMs <= maxAdvanceMs))
        throw invalid('by', 'INVALID_STEP', 'must be more than 0, at most ten years')
      if (isMoving) throw conflict('CLOCK_IS_MOVING', 'the clock is being moved; wait until it has arrived')
      isMoving = true
      try {
        const { now, timers } = await advanceClock(
          {
            contexts,
            // Under the mesh's own identity: the operator's token may well end on the way.
            clientAt: (name) => ({
              getClock: (clock, options) => ask(name, (client) => client.getClock(clock, options)),
              setClock: (clock, options) => ask(name, (client) => client.setClock(clock, options)),
            }),
            signal: context.signal,
          },
          byMs,
        )
        return { now: timestamp(now), timers }
      } finally {
        isMoving = false
      }
    },
  }
}
