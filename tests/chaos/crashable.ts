import type { LocalServer } from '../../deploy/local/local-server.ts'
import { freePort } from '../../deploy/local/processes.ts'

/** A server program that is crashed and started again on one port. */
export interface Crashable {
  readonly url: string
  readonly pid: number
  /** Ends it at once by a signal and waits until it is gone. */
  crash(signal: NodeJS.Signals): Promise<void>
  /** Starts it where it does not run. */
  start(): Promise<void>
  stop(): Promise<void>
}

/** Starts a server that can be crashed; `start` is to bring it up on a port. */
export const crashable = async (start: (port: number) => Promise<LocalServer>): Promise<Crashable> => {
  const port = await freePort()
  let server: LocalServer
  let hasEnded = false
  const launch = async () => {
    const started = await start(port)
    server = started
    hasEnded = false
    void started.exited.then(() => {
      if (server === started) hasEnded = true
    })
  }
  await launch()
  return {
    get url() {
      return server.url
    },
    get pid() {
      return server.pid
    },
    crash: async (signal) => {
      if (hasEnded) return
      process.kill(server.pid, signal)
      await server.exited
    },
    start: async () => {
      if (hasEnded) await launch()
    },
    stop: () => server.stop(),
  }
}
