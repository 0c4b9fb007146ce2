import { Health as HealthService, HealthCheckResponse_ServingStatus as Status } from '#gen/health/v1/health_pb.ts'
import { exhausted, notFound } from '../domain/errors.ts'
import { type Route, route } from './route.ts'

export type ServingStatus = 'SERVING' | 'NOT_SERVING' | 'SERVICE_UNKNOWN'

/** Who knows whether services answer; the empty name is the whole server. */
export interface HealthSource {
  status(service: string): ServingStatus
  /** Calls the listener after every change, until the returned function is called. */
  onChange(listener: () => void): () => void
}

/** The statuses that a host sets. A service that was never set is SERVICE_UNKNOWN; the whole server starts NOT_SERVING. */
export class Health implements HealthSource {
  private readonly statuses = new Map<string, ServingStatus>([['', 'NOT_SERVING']])
  private readonly listeners = new Set<() => void>()

  status(service: string): ServingStatus {
    return this.statuses.get(service) ?? 'SERVICE_UNKNOWN'
  }

  set(service: string, status: ServingStatus): void {
    this.statuses.set(service, status)
    this.tell()
  }

  /** Sets the whole server and every service that was set before. */
  setAll(status: ServingStatus): void {
    for (const service of this.statuses.keys()) this.statuses.set(service, status)
    this.tell()
  }

  onChange(listener: () => void): () => void {
    const entry = () => listener()
    this.listeners.add(entry)
    return () => this.listeners.delete(entry)
  }

  private tell(): void {
    for (const listener of [...this.listeners]) listener()
  }
}

/**
 * `grpc.health.v1.Health`. List tells of the whole server and of `services`. Watch holds at most `maxWatchers`
 * streams at once and refuses further ones with RESOURCE_EXHAUSTED / HEALTH_WATCHERS.
 */
export const healthRoute = (source: HealthSource, services: readonly string[], maxWatchers = 1_000): Route => {
  let watchers = 0
  return route(HealthService, {
    check: ({ service }) => {
      const status = source.status(service)
      if (status === 'SERVICE_UNKNOWN') throw notFound('SERVICE_UNKNOWN', `no service ${service} here`)
      return { status: Status[status] }
    },
    list: () => ({
      statuses: Object.fromEntries(['', ...services].map((name) => [name, { status: Status[source.status(name)] }])),
    }),
    async *watch({ service }, { signal }) {
      if (watchers >= maxWatchers) {
        throw exhausted('HEALTH_WATCHERS', 'too many watchers', { retryAfterMs: 5_000 })
      }
      watchers++
      try {
        for await (const status of statuses(source, service, signal)) yield { status: Status[status] }
      } finally {
        watchers--
      }
    },
  })
}

/** The present status, then every one that differs from the last one given; ends when aborted. */
async function* statuses(source: HealthSource, service: string, signal: AbortSignal): AsyncGenerator<ServingStatus> {
  let wake = () => {}
  const poke = () => wake()
  const unsubscribe = source.onChange(poke)
  signal.addEventListener('abort', poke)
  try {
    let given: ServingStatus | undefined
    while (!signal.aborted) {
      // Armed before reading and yielding, so that a change meanwhile is not missed.
      const change = new Promise<void>((resolve) => {
        wake = resolve
      })
      const status = source.status(service)
      if (status !== given) yield status
      given = status
      await change
    }
  } finally {
    unsubscribe()
    signal.removeEventListener('abort', poke)
  }
}
