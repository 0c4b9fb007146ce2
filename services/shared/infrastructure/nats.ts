import { type JetStreamClient, type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream'
import { connect, type NatsConnection } from '@nats-io/transport-node'
import { readHeadersFast } from './nats-headers.ts'
import { reconnectDelay } from './reconnect-delay.ts'
import type { Logger } from './telemetry/logger.ts'

/** One process' connection to NATS. It reconnects for ever; nothing durable depends on it being there. */
export interface Nats {
  readonly connection: NatsConnection
  readonly js: JetStreamClient
  manager(): Promise<JetStreamManager>
  isConnected(): boolean
  /** Calls the listener whenever the connection came back. */
  onReconnect(listener: () => void): () => void
  close(): Promise<void>
}

export const connectNats = async (servers: readonly string[], name: string, log: Logger): Promise<Nats> => {
  readHeadersFast()
  const connection = await connect({
    servers: [...servers],
    name,
    maxReconnectAttempts: -1,
    reconnectDelayHandler: reconnectDelay(),
    waitOnFirstConnect: true,
    pingInterval: 3_000,
    maxPingOut: 2,
    // Else it takes a stack trace with every message that it sends.
    noAsyncTraces: true,
  })
  const listeners = new Set<() => void>()
  let connected = true
  const follow = async () => {
    for await (const status of connection.status()) {
      if (status.type === 'disconnect') {
        connected = false
        log.warn('event bus connection lost')
      }
      if (status.type === 'reconnect') {
        connected = true
        log.info('event bus connection restored')
        for (const listener of listeners) listener()
      }
    }
  }
  follow().catch((error) => log.error('event bus status stream ended', { error }))
  let manager: Promise<JetStreamManager> | undefined
  return {
    connection,
    js: jetstream(connection),
    manager: () => {
      manager ??= jetstreamManager(connection, { checkAPI: false })
      return manager
    },
    isConnected: () => connected && !connection.isClosed(),
    onReconnect: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close: async () => {
      await connection.close()
    },
  }
}
