import { type Check, must } from '../checks.ts'
import { during, shownCost } from './during.ts'
import { endHeaders, frame, preface, requestFields } from './http2-frames.ts'
import { http1, talk } from './raw-socket.ts'

const path = '/troupe.story.v1.StoryService/SearchStories'
const connections = 100

const half = http1(
  [`POST ${path} HTTP/1.1`, 'host: x', 'content-type: application/json', 'content-length: 1000'],
  '{"query',
)
const halfOverHttp2 = Buffer.concat([
  preface,
  frame('settings', 0),
  frame('headers', 1, requestFields(path), endHeaders),
  frame('data', 1, Buffer.from('{"query')),
])

/** Connections that begin and do not go on; each must be cut, or its stream, within a time. */
const lingering =
  (bytes: string | Uint8Array, withinMs: number, isDone: (text: string, isClosed: boolean) => boolean): Check['run'] =>
  async (scene) => {
    const { result, cost } = await during(scene, () =>
      Promise.all(
        Array.from({ length: connections }, () =>
          talk(scene.stage.url, bytes, { withinMs: withinMs + 3_000, quietMs: withinMs }),
        ),
      ),
    )
    const left = result.filter(({ text, isClosed }) => !isDone(text, isClosed))
    const slowest = Math.max(...result.map(({ ms }) => ms))
    must(left.length === 0, `${left.length} of ${connections} were still open after ${withinMs / 1000} s`)
    return `${connections} cut within ${(slowest / 1000).toFixed(1)} s; ${shownCost(cost)}`
  }

const closed = (_: string, isClosed: boolean) => isClosed
/** A frame of type RST_STREAM for stream 1. */
const resetStream = Buffer.from([0, 0, 4, 3, 0, 0, 0, 0, 1]).toString('latin1')

const quick: readonly Check[] = [
  { name: 'slow clients: connections that say nothing', run: lingering('', 13_000, closed) },
  {
    name: 'slow clients: headers that do not end',
    run: lingering(`POST ${path} HTTP/1.1\r\nhost: x\r\nx-a: `, 13_000, closed),
  },
]

const slow: readonly Check[] = [
  { name: 'slow clients: bodies half sent over HTTP/1.1', run: lingering(half, 34_000, closed) },
  {
    name: 'slow clients: bodies half sent over HTTP/2',
    run: lingering(halfOverHttp2, 34_000, (text, isClosed) => isClosed || text.includes(resetStream)),
  },
]

/** Clients that hold on to what they use. They are waited for side by side. */
export const slowClientChecks = (level: 'quick' | 'normal' | 'long'): readonly Check[] =>
  level === 'quick' ? quick.slice(1) : [...quick, ...slow]
