import type { Socket } from 'node:net'
import { type Check, type CheckScene, must } from '../checks.ts'
import { during, shownCost } from './during.ts'
import { endHeaders, field, frame, preface, requestFields, uint32 } from './http2-frames.ts'
import { http1, statusIn, talk } from './raw-socket.ts'

const path = '/troupe.story.v1.StoryService/SearchStories'
const start = Buffer.concat([preface, frame('settings', 0)])

/** Writes as fast as the other side takes it, until it has closed or all is written. */
const pour = (many: number, each: (n: number) => Uint8Array) => async (socket: Socket) => {
  for (let n = 0; n < many && !socket.destroyed; n += 1) {
    if (!socket.write(each(n))) await new Promise((done) => socket.once('drain', done).once('close', done))
  }
}

interface Flood {
  name: string
  many: number
  each(n: number): Uint8Array
  /** Whether the connection must be closed for it. */
  isCut: boolean
}

const headersOf = (stream: number, flags = endHeaders) => frame('headers', stream, requestFields(path), flags)

const floods: readonly Flood[] = [
  {
    name: 'headers that go on for ever in CONTINUATION frames',
    many: 20_000,
    each: (n) => (n === 0 ? headersOf(1, 0) : frame('continuation', 1, field(`x-${n}`, 'y'.repeat(100)))),
    isCut: true,
  },
  {
    name: 'empty CONTINUATION frames',
    many: 100_000,
    each: (n) => (n === 0 ? headersOf(1, 0) : frame('continuation', 1)),
    isCut: true,
  },
  {
    name: 'streams opened and reset at once',
    many: 20_000,
    each: (n) => Buffer.concat([headersOf(2 * n + 1), frame('rst', 2 * n + 1, uint32(8))]),
    isCut: true,
  },
  {
    name: 'streams that the server is made to reset',
    many: 20_000,
    each: (n) => Buffer.concat([headersOf(2 * n + 1), frame('windowUpdate', 2 * n + 1, uint32(0))]),
    isCut: true,
  },
  { name: 'pings', many: 100_000, each: () => frame('ping', 0, Buffer.alloc(8)), isCut: false },
  { name: 'settings', many: 100_000, each: () => frame('settings', 0), isCut: false },
  {
    name: 'empty data frames',
    many: 100_000,
    each: (n) => (n === 0 ? headersOf(1) : frame('data', 1)),
    isCut: false,
  },
  {
    name: 'more streams than are allowed',
    many: 5_000,
    each: (n) => headersOf(2 * n + 1),
    isCut: false,
  },
]

const runFlood =
  ({ many, each, isCut }: Flood): Check['run'] =>
  async (scene) => {
    const attack = () =>
      Promise.all(
        [1, 2].map(() => talk(scene.stage.url, start, { withinMs: 15_000, quietMs: 15_000, more: pour(many, each) })),
      )
    const { result, cost } = await during(scene, () => (isCut ? attack() : quickly(scene, many, each)))
    if (isCut)
      must(
        result.every(({ isClosed }) => isClosed),
        'the connection was not closed',
      )
    return `${isCut ? 'cut off' : 'borne'}; ${shownCost(cost)}`
  }

/** Floods that may well be answered: poured out, and left. */
const quickly = ({ stage }: CheckScene, many: number, each: Flood['each']) =>
  Promise.all([1, 2].map(() => talk(stage.url, start, { withinMs: 4_000, quietMs: 1_000, more: pour(many, each) })))

const headerLines = (count: number, length: number) =>
  Array.from({ length: count }, (_, n) => `x-flood-${n}: ${'y'.repeat(length)}`)

const bigHeaders: Check = {
  name: 'flood: headers of a megabyte in HTTP/1.1',
  run: async (scene) => {
    const request = [`POST ${path} HTTP/1.1`, 'host: x', 'content-type: application/json', 'content-length: 2']
    const { result, cost } = await during(scene, () =>
      Promise.all(
        [headerLines(10_000, 100), headerLines(1, 1_000_000), headerLines(2_000, 10)].map((lines) =>
          talk(scene.stage.url, http1([...request, ...lines], '{}')),
        ),
      ),
    )
    for (const heard of result.slice(0, 2)) {
      must(heard.isClosed && [0, 431, 400].includes(statusIn(heard)), `answered ${statusIn(heard)}`)
    }
    must(
      [200, 400, 431].includes(statusIn(result[2] as (typeof result)[0])),
      `answered ${result[2]?.text.slice(0, 100)}`,
    )
    return `refused; ${shownCost(cost)}`
  },
}

export const floodChecks: readonly Check[] = [
  ...floods.map((flood) => ({ name: `flood: ${flood.name}`, run: runFlood(flood) })),
  bigHeaders,
]
