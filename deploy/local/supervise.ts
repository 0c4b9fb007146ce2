import { setTimeout as sleep } from 'node:timers/promises'
import type { LocalServer } from './local-server.ts'
import type { Log } from './setup-error.ts'

/** A server that is started again, on the same port, whenever it dies. */
export interface SupervisedServer {
  readonly url: string
  /** Of the process that runs at present. */
  readonly pid: number
  stop(): Promise<void>
  kill(): void
}

/** Starts a server and keeps it running until it is stopped; tries again every second while it will not start. */
export const supervise = async (
  name: string,
  start: (port?: number) => Promise<LocalServer>,
  log: Log,
): Promise<SupervisedServer> => {
  let server = await start()
  const { url } = server
  const port = Number(new URL(url).port)
  const stopping = new AbortController()

  const restart = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        server = await start(port)
        return log(`${name}: running again`)
      } catch (error) {
        log(`${name}: ${error instanceof Error ? error.message : error}`)
        await sleep(1_000)
      }
    }
  }
  const watch = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await server.exited
      if (stopping.signal.aborted) return
      log(`${name}: died; starting it again`)
      await restart()
    }
  }
  const watching = watch()

  return {
    url,
    get pid() {
      return server.pid
    },
    stop: async () => {
      stopping.abort()
      await server.stop()
      await watching
      await server.stop() // the one that was being started just then
    },
    kill: () => {
      stopping.abort()
      server.kill()
    },
  }
}
