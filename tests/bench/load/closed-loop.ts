import type { Run } from '../measure.ts'
import type { Bench } from '../setting.ts'
import { h2load } from './h2load.ts'
import type { NodeLoad } from './node-load.ts'
import type { Target } from './target.ts'
import { wrk } from './wrk.ts'

const connections = 8
const streams = 8

/**
 * Runs that send one request over and over, 64 at once, by the best program that is installed. Throws, also later, when
 * an answer is not OK or not of `answerBytes`.
 */
export const closedLoop = async (bench: Bench, load: NodeLoad, target: Target, answerBytes: number): Promise<Run> => {
  const { seconds, tools } = bench
  const own = (duration: number) =>
    load.run({
      ...target,
      headers: { ...target.headers },
      bodies: [target.body.toString('base64')],
      ...(target.protocol === 'h2' ? { connections, streams } : { connections: connections * streams, streams: 1 }),
      seconds: duration,
    })
  if (target.protocol === 'http1') {
    return tools.wrk ? () => wrk(bench, target, { seconds, connections: connections * streams }) : () => own(seconds)
  }
  if (!tools.h2load) return () => own(seconds)
  // h2load counts exactly only when it sends a given number: as many as take the time that a run should.
  const shape = { connections, streams, answerBytes }
  let last = await h2load(bench, target, { requests: 2000, ...shape })
  return async () => {
    last = await h2load(bench, target, { requests: Math.ceil(last.perSecond * seconds), ...shape })
    return last
  }
}
