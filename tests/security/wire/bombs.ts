import { setTimeout as sleep } from 'node:timers/promises'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { type Check, must } from '../checks.ts'
import { envelope, readReply } from '../fuzz/protocols.ts'
import { openHttp2, type RawRequest } from '../http2-client.ts'
import { inParallel } from '../in-parallel.ts'
import { during, shownCost } from './during.ts'

const path = '/troupe.story.v1.StoryService/SearchStories'
const mebi = 2 ** 20
const atOnce = 8

/** Sends requests side by side; each must be refused with one of these codes. */
const refusedAll =
  (requests: () => Record<string, RawRequest>, codes: readonly string[]): Check['run'] =>
  async (scene) => {
    const made = requests()
    const { cost } = await during(scene, async () => {
      for (const [name, request] of Object.entries(made)) {
        const client = openHttp2(scene.stage.url, 20_000)
        const replies = await Promise.all(Array.from({ length: atOnce }, () => client.send(request)))
        client.close()
        for (const reply of replies) {
          const { code, text } = readReply(reply)
          // Who is refused before all is sent may find the stream closed.
          must(
            codes.includes(code) || /closed with code 0|ENHANCE_YOUR_CALM/.test(code),
            `${name}: ${code} ${text.slice(0, 200)}`,
          )
        }
      }
    })
    return `${atOnce * Object.keys(made).length} requests refused; ${shownCost(cost)}`
  }

const post = (type: string, body: Uint8Array | string, more: Record<string, string> = {}): RawRequest => ({
  path,
  headers: { 'content-type': type, ...more },
  body,
})

const oversized = (): Record<string, RawRequest> => {
  const json = JSON.stringify({ query: 'x'.repeat(5 * mebi) })
  const bytes = Buffer.concat([Buffer.from([0x0a, 0x80, 0x80, 0xc0, 0x02]), Buffer.alloc(5 * mebi, 0x78)])
  return {
    'Connect JSON': post('application/json', json),
    'Connect proto': post('application/proto', bytes),
    gRPC: post('application/grpc+proto', envelope(bytes)),
    'gRPC-Web': post('application/grpc-web+proto', envelope(bytes)),
    'a frame that says 4 GiB': post('application/grpc+proto', Buffer.from([0, 0xff, 0xff, 0xff, 0xff, 1])),
    'a compressed frame that says 4 GiB': post('application/grpc+proto', Buffer.from([1, 0xff, 0xff, 0xff, 0xff, 1]), {
      'grpc-encoding': 'gzip',
    }),
  }
}

const bombs = (): Record<string, RawRequest> => {
  const zeros = Buffer.alloc(200 * mebi)
  const gzip = gzipSync(zeros, { level: 1 })
  const brotli = brotliCompressSync(zeros, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } })
  const all = (name: string, bomb: Buffer, encoding: string): Record<string, RawRequest> => ({
    [`${name} over Connect JSON`]: post('application/json', bomb, { 'content-encoding': encoding }),
    [`${name} over Connect proto`]: post('application/proto', bomb, { 'content-encoding': encoding }),
    [`${name} over gRPC`]: post('application/grpc+proto', envelope(bomb, 1), { 'grpc-encoding': encoding }),
    [`${name} over gRPC-Web`]: post('application/grpc-web+proto', envelope(bomb, 1), { 'grpc-encoding': encoding }),
  })
  return { ...all('gzip', gzip, 'gzip'), ...all('brotli', brotli, 'br') }
}

const deepJson = (): Record<string, RawRequest> => {
  const arrays = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
  const objects = `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`
  return {
    'arrays in arrays': post('application/json', arrays),
    'arrays in a field': post('application/json', `{"query":${arrays}}`),
    'arrays in an unknown field': post('application/json', `{"query":"x","other":${arrays}}`),
    'objects in objects': post('application/json', objects),
    'objects that do not end': post('application/json', '{"a":'.repeat(100_000)),
    'over gRPC': post('application/grpc+json', envelope(Buffer.from(arrays))),
    'groups in groups': post('application/proto', Buffer.alloc(100_000, 0x0b)),
  }
}

const refusedUnread: Check = {
  name: 'bodies that are refused before they are read cost others nothing',
  run: async (scene) => {
    const body = JSON.stringify({ title: 'xxx', content: 'x'.repeat(70_000) })
    const request = { ...post('application/json', body), path: '/troupe.story.v1.StoryService/CreateStory' }
    const client = openHttp2(scene.stage.url, 20_000)
    const { cost } = await during(scene, () =>
      inParallel(Array.from({ length: 600 }), 8, async () => {
        const { code } = readReply(await client.send(request))
        must(code === 'unauthenticated', `answered ${code}`)
        // Who is refused early resets what is left of the body; a connection may do so 200 times a second, eight do 160.
        await sleep(50)
      }),
    )
    client.close()
    return `600 refused; ${shownCost(cost)}`
  },
}

const millionItems: Check = {
  name: 'a list of two million wrong items is refused at once, in few words',
  run: async (scene) => {
    const ids = Buffer.alloc(4 * mebi - 1_000, Buffer.from([0x0a, 0x00]))
    const request = { ...post('application/proto', ids), path: '/troupe.identity.v1.IdentityService/BatchGetUsers' }
    const { result, cost } = await during(scene, async () => {
      const client = openHttp2(scene.stage.url, 20_000)
      const replies = await Promise.all(Array.from({ length: 4 }, () => client.send(request)))
      client.close()
      return replies
    })
    for (const reply of result) {
      const { code } = readReply(reply)
      must(code === 'invalid_argument', `answered ${code}`)
      must(reply.body.length < 5_000, `the refusal has ${reply.body.length} bytes`)
    }
    return `refused within ${Math.round(Math.max(...result.map(({ ms }) => ms)))} ms; ${shownCost(cost)}`
  },
}

/** Too much of everything. */
export const bombChecks: readonly Check[] = [
  refusedUnread,
  millionItems,
  {
    name: 'messages of 5 MiB are refused',
    run: refusedAll(oversized, ['resource_exhausted', 'invalid_argument']),
  },
  {
    name: '200 MiB in a few hundred KiB of gzip or brotli are refused',
    run: refusedAll(bombs, ['resource_exhausted', 'invalid_argument', 'unimplemented']),
  },
  {
    name: 'JSON and groups nested 100,000 deep are refused',
    // Unknown fields are ignored, however deep.
    run: refusedAll(deepJson, ['invalid_argument', 'resource_exhausted', 'ok']),
  },
]
