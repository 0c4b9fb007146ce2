import { Client } from 'pg'

const lockClass = 0x7472

/** The right to carry a context's events, an advisory lock on a connection of its own. */
export interface RelayLock {
  /** Takes it; false while another process has it. */
  take(): Promise<boolean>
  /** Whether the connection is gone, and the lock with it. */
  isLost(): boolean
  close(): Promise<void>
}

/**
 * Connects to take the lock. The server ends a session of which it hears nothing for `silenceMs`: a process that is
 * frozen, or cut off, would else keep the lock for as long as TCP believes in the connection.
 */
export const openRelayLock = async (databaseUrl: string, silenceMs = 10_000): Promise<RelayLock> => {
  const client = new Client({
    connectionString: databaseUrl,
    keepAlive: true,
    connectionTimeoutMillis: silenceMs / 2,
    query_timeout: silenceMs / 2,
    options: `-c idle_session_timeout=${silenceMs}`,
  })
  let lost = false
  const lose = () => {
    lost = true
  }
  client.on('error', lose)
  await client.connect()
  let isAsking = false
  const ask = async () => {
    if (isAsking) return
    isAsking = true
    await client.query('select 1').catch(lose)
    isAsking = false
  }
  const beat = setInterval(() => void ask(), silenceMs / 5)
  return {
    take: async () => {
      const { rows } = await client.query<{ ours: boolean }>('select pg_try_advisory_lock($1, 0) as ours', [lockClass])
      return rows[0]?.ours === true
    },
    isLost: () => lost,
    close: async () => {
      clearInterval(beat)
      // The end of a lost connection may never be answered.
      if (lost) client.connection.stream.destroy()
      else await client.end().catch(() => {}) // it is gone already when the server is
    },
  }
}
