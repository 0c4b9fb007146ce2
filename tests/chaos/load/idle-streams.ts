import { readFileSync } from 'node:fs'
import type { ClientHttp2Session } from 'node:http2'
import { setTimeout as sleep } from 'node:timers/promises'
import { StoryService } from '#gen/troupe/story/v1/story_service_pb.ts'
import { newAccount } from './account.ts'
import { atLeast, atMost, type Measurement, partOf } from './measure.ts'
import { callRaw, openSessions, percentile, type RawRequest, rawRequest, send } from './raw-grpc.ts'

const streamsAConnection = 200
const atOnce = 100
const probes = 300
const probeEveryMs = 50
const openWithinMs = 120_000

/** Resident memory of a process, in MiB. Linux only. */
const residentMebibytes = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024

/** Processor time a process has used, in seconds. Linux only. */
const usedSeconds = (pid: number): number => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // After the name in parentheses: state is the third field, user and system time the 14th and 15th, in 1/100 s.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

/** How long each of a number of calls took, in milliseconds; those that failed are left out. */
const probe = async (session: ClientHttp2Session, request: RawRequest): Promise<number[]> => {
  const took: number[] = []
  for (let n = 0; n < probes; n += 1) {
    const began = performance.now()
    if ((await callRaw(session, request)) === 0) took.push(performance.now() - began)
    await sleep(probeEveryMs)
  }
  return took
}

/** Holds that many WatchStory streams open, with nothing to tell but heartbeats, and asks for something beside them. */
export const idleStreams =
  (count: number): Measurement =>
  async (world) => {
    const { url } = world.mesh
    const { token, storyId, close } = await newAccount(world.mesh)
    close()
    const [probing] = (await openSessions(url, 1)) as [ClientHttp2Session]
    const get = rawRequest(StoryService.method.getStory, { storyId }, token)
    const before = percentile(await probe(probing, get), 0.99).toFixed(0)
    const { pid } = partOf(world, 'gateway')
    const memory = residentMebibytes(pid)
    const watch = rawRequest(StoryService.method.watchStory, { storyId }, token)
    const sessions = await openSessions(url, Math.ceil(count / streamsAConnection))
    let open = 0
    let ended = 0
    const openOne = (n: number) =>
      new Promise<void>((resolve) => {
        const stream = send(sessions[n % sessions.length] as (typeof sessions)[number], watch)
        stream.once('data', () => {
          open += 1
          resolve()
        })
        stream.once('close', () => {
          ended += 1
          resolve()
        })
        stream.resume()
      })
    let next = 0
    const opener = async () => {
      while (next < count) await openOne(next++)
    }
    await Promise.race([Promise.all(Array.from({ length: atOnce }, opener)), sleep(openWithinMs)])
    const names = ['gateway', 'story']
    const usedBefore = names.map((each) => usedSeconds(partOf(world, each).pid))
    const began = performance.now()
    const took = await probe(probing, get)
    const load = names.map((each, index) => {
      const used = usedSeconds(partOf(world, each).pid) - (usedBefore[index] as number)
      return `${each} ${((100_000 * used) / (performance.now() - began)).toFixed(0)} %`
    })
    const after = residentMebibytes(pid)
    for (const session of [...sessions, probing]) session.destroy()
    const name = `${count} idle streams`
    return [
      atLeast(name, 'open streams', open - ended, count),
      atMost(name, 'more memory of the gateway', after - memory, 300, ' MiB'),
      atLeast(name, 'answered probes', took.length, probes),
      atMost(
        name,
        `probe p99; ${before} ms without them; of a core: ${load.join(', ')}`,
        percentile(took, 0.99),
        100,
        ' ms',
      ),
    ]
  }
