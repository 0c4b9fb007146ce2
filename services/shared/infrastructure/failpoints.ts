import { writeSync } from 'node:fs'

/** Where a process can be made to end or hang. */
export type Failpoint = `${'commit' | 'publish' | 'ack' | 'effect' | 'command' | 'charge'}:${'before' | 'after'}`

const form = /^((?:commit|publish|ack|effect|command|charge):(?:before|after))#([1-9]\d*)(?:~(\d+))?$/

type Env = Readonly<Record<string, string | undefined>>

const settingOf = (env: Env): string => env.TROUPE_FAILPOINTS ?? ''

/** What is wrong with `TROUPE_FAILPOINTS`, if anything. */
export const failpointProblem = (env: Env): string | undefined => {
  const setting = settingOf(env)
  if (setting === '') return undefined
  if (env.TROUPE_TIME_TRAVEL !== '1')
    return 'TROUPE_FAILPOINTS goes with TROUPE_TIME_TRAVEL=1 only: it ends the process'
  return form.test(setting) ? undefined : 'TROUPE_FAILPOINTS must be like commit:after#3 or publish:before#1~5000'
}

const hang = (milliseconds: number) => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds)

/**
 * Makes the function that is called at every failpoint. `TROUPE_FAILPOINTS=<place>#<n>` kills this process when it comes
 * there for the nth time; with `~<ms>` behind, nothing of it runs for so long.
 */
const failpoints = (env: Env): ((place: Failpoint) => void) => {
  const [, armed, count, milliseconds] = form.exec(settingOf(env)) ?? []
  if (env.TROUPE_TIME_TRAVEL !== '1' || !armed) return () => {}
  let left = Number(count)
  return (place) => {
    if (place !== armed) return
    left -= 1
    if (left !== 0) return
    writeSync(2, `failpoint ${place}\n`)
    if (milliseconds) hang(Number(milliseconds))
    else process.kill(process.pid, 'SIGKILL')
  }
}

/** To be called at each place; does nothing unless this process was started with `TROUPE_FAILPOINTS`. */
export const failpoint = failpoints(process.env)
