import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { unavailable } from '#shared/domain/errors.ts'
import type { BlobStore, ByteRange } from '#shared/infrastructure/blobs/blobs.ts'
import { createMediaUrls } from '#shared/infrastructure/blobs/media-url.ts'
import { openBlobs } from '#shared/infrastructure/blobs/open-blobs.ts'
import { type Server, startServer } from '#shared/presentation/server.ts'
import { eventually } from '../../tests/mesh.ts'
import { edge } from '../edge.ts'
import { media } from '../media.ts'
import { type MediaRequest, protocols, whole } from './media-client.ts'

const now = new Date('2026-11-20T10:01:00Z')
const hour = 60 * 60_000
const urls = createMediaUrls(randomBytes(32))
const bytes = randomBytes(1_000_000)
const etag = `"${createHash('sha256').update(bytes).digest('hex')}"`
const key = 'narration/joined/a.mp3'

async function* once(content: Uint8Array) {
  yield content
}

describe.each(Object.entries(protocols))('media over %s', (_, send) => {
  let folder: string
  let blobs: BlobStore
  let server: Server
  let asked: ByteRange[] = []
  let trouble: ((chunk: Uint8Array) => Promise<void>) | undefined
  let given = 0
  let open = 0

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'troupe-media-'))
    blobs = openBlobs({ kind: 'folder', folder })
    await blobs.put(key, once(bytes), { contentType: 'audio/mpeg' })
    await blobs.put('narration/none.mp3', once(Buffer.alloc(0)), { contentType: 'audio/mpeg' })
    await blobs.put('story/a.html', once(Buffer.from('<script>')), { contentType: 'text/html' })
    async function* endless() {
      open += 1
      try {
        for (; ; given += 65_536) yield Buffer.alloc(65_536)
      } finally {
        open -= 1
      }
    }
    async function* troubled(content: AsyncIterable<Uint8Array>) {
      for await (const chunk of content) {
        await trouble?.(chunk)
        yield chunk
      }
    }
    const handler = media({
      blobs: {
        stat: async (asking) => {
          if (asking === 'videogen/away.mp4') throw unavailable('BLOBS_UNAVAILABLE', 'away')
          if (asking !== 'videogen/endless.mp4') return blobs.stat(asking)
          return { key: asking, size: 1e12, contentType: 'video/mp4', sha256: 'e', modifiedAt: now }
        },
        open: async (asking, range) => {
          if (range) asked.push(range)
          return asking === 'videogen/endless.mp4' ? endless() : troubled(await blobs.open(asking, range))
        },
      },
      urls,
      now: () => now,
      stallMs: 300,
    })
    const atEdge = edge({ isKnownService: () => false })
    server = await startServer({ host: '127.0.0.1', port: 0, handler: atEdge(handler), log: { warn: () => {} } })
  })
  afterAll(async () => {
    await server.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const signed = (asking = key, filename?: string) =>
    `${server.url}${urls.sign(asking, { now, lifetimeMs: hour, ...(filename !== undefined && { filename }) })}`
  const get = async (request: MediaRequest = {}, url = signed()) => whole(await send(url, request))

  it('gives the whole, with what tells clients and caches how to ask again', async () => {
    const { status, headers, body } = await get({ headers: { origin: 'https://player.example' } })
    expect(status).toBe(200)
    expect(body.equals(bytes)).toBe(true)
    expect(headers).toMatchObject({
      'content-type': 'audio/mpeg',
      'content-length': String(bytes.length),
      'accept-ranges': 'bytes',
      'content-disposition': 'inline',
      'x-content-type-options': 'nosniff',
      'access-control-allow-origin': '*',
      'cross-origin-resource-policy': 'cross-origin',
      etag,
    })
    expect(headers['access-control-expose-headers']).toContain('Content-Range')
  })

  it('answers HEAD with the same headers and nothing else, whatever range it names', async () => {
    asked = []
    const { status, headers, body } = await get({ method: 'HEAD', headers: { range: 'bytes=0-9' } })
    expect([status, headers['content-length'], headers.etag, body.length]).toEqual([200, String(bytes.length), etag, 0])
    expect(asked).toEqual([])
  })

  it.each([
    ['bytes=0-0', 0, 1],
    ['bytes=500000-500099', 500_000, 500_100],
    ['bytes=999990-', 999_990, 1_000_000],
    ['bytes=999990-2000000', 999_990, 1_000_000],
    ['bytes=-5', 999_995, 1_000_000],
    ['bytes=-2000000', 0, 1_000_000],
  ])('gives the part that %s asks for, and reads no more', async (range, start, end) => {
    asked = []
    const { status, headers, body } = await get({ headers: { range } })
    expect(status).toBe(206)
    expect(headers['content-range']).toBe(`bytes ${start}-${end - 1}/1000000`)
    expect(headers['content-length']).toBe(String(end - start))
    expect(body.equals(bytes.subarray(start, end))).toBe(true)
    expect(asked).toEqual([{ start, end }])
  })

  it('says what there is where a range leads beyond it', async () => {
    for (const range of ['bytes=1000000-', 'bytes=-0']) {
      const { status, headers, body } = await get({ headers: { range } })
      expect([status, headers['content-range'], body.length]).toEqual([416, 'bytes */1000000', 0])
    }
  })

  it('gives a part only of the version that is meant', async () => {
    const range = 'bytes=0-9'
    expect((await get({ headers: { range, 'if-range': etag } })).status).toBe(206)
    for (const other of ['"other"', `W/${etag}`, 'Fri, 20 Nov 2026 10:00:00 GMT'])
      expect((await get({ headers: { range, 'if-range': other } })).status).toBe(200)
  })

  it('gives nothing again of what is known', async () => {
    for (const method of ['GET', 'HEAD']) {
      const { status, headers, body } = await get({ method, headers: { 'if-none-match': `"other", W/${etag}` } })
      expect([status, headers.etag, body.length]).toEqual([304, etag, 0])
    }
    expect((await get({ headers: { 'if-none-match': '"other"' } })).status).toBe(200)
  })

  it('gives what is empty', async () => {
    const { status, headers, body } = await get({}, signed('narration/none.mp3'))
    expect([status, headers['content-length'], body.length]).toEqual([200, '0', 0])
  })

  it('is saved, not run, where it could be a page, and under the name that was signed', async () => {
    expect((await get({}, signed('story/a.html'))).headers['content-disposition']).toBe('attachment')
    const named = await get({ method: 'HEAD' }, signed(key, 'Der Wolf & "die" 七.mp3'))
    expect(named.headers['content-disposition']).toBe(
      `attachment; filename="Der Wolf _ _die_ _.mp3"; filename*=UTF-8''Der%20Wolf%20%26%20%22die%22%20%E4%B8%83.mp3`,
    )
  })

  it('is refused with the reason', async () => {
    const reasonOf = ({ body }: { body: Buffer }) =>
      JSON.parse(body.toString()).details?.[0]?.debug?.reason ?? body.toString()
    const changed = await get({}, signed().replace('a.mp3', 'b.mp3'))
    expect([changed.status, reasonOf(changed)]).toEqual([403, expect.stringContaining('MEDIA_SIGNATURE_INVALID')])
    const bare = await get({}, `${server.url}/media/${key}`)
    expect(bare.status).toBe(403)
    const old = `${server.url}${urls.sign(key, { now: new Date(now.getTime() - 2 * hour), lifetimeMs: hour })}`
    const expired = await get({}, old)
    expect([expired.status, reasonOf(expired)]).toEqual([410, expect.stringContaining('MEDIA_URL_EXPIRED')])
    const none = await get({}, signed('narration/other.mp3'))
    expect([none.status, reasonOf(none)]).toEqual([404, expect.stringContaining('MEDIA_NOT_FOUND')])
    const away = await get({}, signed('videogen/away.mp4'))
    expect([away.status, away.headers['retry-after']]).toEqual([503, '1'])
    const posted = await get({ method: 'POST' })
    expect([posted.status, posted.headers.allow]).toEqual([405, 'GET, HEAD'])
  })

  it('lets pages of other origins ask for parts', async () => {
    const headers = {
      origin: 'https://player.example',
      'access-control-request-method': 'GET',
      'access-control-request-headers': 'range',
    }
    const { status, headers: answered } = await get({ method: 'OPTIONS', headers })
    expect([status, answered['access-control-allow-headers']]).toEqual([204, expect.stringContaining('Range')])
  })

  it('breaks off, rather than ending well, where the rest cannot be read', async () => {
    let chunks = 0
    trouble = async () => {
      if (++chunks > 5) throw new Error('the disk is gone')
    }
    const reply = await send(signed(), {})
    expect(reply.status).toBe(200)
    await expect(whole(reply)).rejects.toThrow()
    trouble = undefined
    expect((await get()).body.equals(bytes)).toBe(true)
  })

  it('reads no further than a client takes, and cuts off one that takes nothing', async () => {
    given = 0
    const reply = await send(signed('videogen/endless.mp4'), {})
    const ended = new Promise<void>((resolve) => {
      reply.body.on('error', () => resolve())
      reply.body.on('close', () => resolve())
    })
    await sleep(150)
    const begun = given
    await eventually(() => open === 0)
    expect(given - begun).toBeLessThan(65_536 * 10)
    expect(given).toBeLessThan(20_000_000)
    reply.body.resume()
    await ended
    await eventually(() => server.inFlight() === 0)
  })

  it('ends with a client that leaves', async () => {
    const reply = await send(signed('videogen/endless.mp4'), {})
    reply.body.on('error', () => {})
    reply.body.resume()
    await eventually(() => open === 1)
    reply.leave()
    await eventually(() => open === 0 && server.inFlight() === 0)
  })
})
