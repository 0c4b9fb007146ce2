import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { BlobStore, Blobs } from '../infrastructure/blobs/blobs.ts'
import { openBlobs } from '../infrastructure/blobs/open-blobs.ts'
import { sweepOrphans } from '../infrastructure/blobs/orphans.ts'
import { ownedBlobs } from '../infrastructure/blobs/owned-blobs.ts'
import { all, gather, inChunks } from './byte-streams.ts'
import { startS3 } from './s3-stand-in.ts'

const wav = { contentType: 'audio/wav' }
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const keysBelow = async (blobs: Blobs, prefix: string) => (await gather(blobs.list(prefix))).map(({ key }) => key)

const stores = {
  folder: async () => {
    const folder = mkdtempSync(join(tmpdir(), 'troupe-blobs-'))
    const reset = () => rmSync(folder, { recursive: true, force: true })
    return { store: openBlobs({ kind: 'folder', folder }), reset, stop: async () => reset() }
  },
  S3: async () => {
    const s3 = await startS3()
    return { store: openBlobs({ kind: 's3', s3: s3.settings }), reset: s3.reset, stop: s3.stop }
  },
}

describe.each(Object.entries(stores))('blobs in %s', (_, open) => {
  let place: Awaited<ReturnType<typeof open>>
  let blobs: BlobStore
  beforeAll(async () => {
    place = await open()
    blobs = place.store
  })
  beforeEach(() => place.reset())
  afterAll(() => place.stop())

  it.each([0, 1, 999, 1000, 65_537, 8 * 1024 * 1024, 8 * 1024 * 1024 + 1, 19_000_001])(
    'gives back %i bytes as they were put',
    async (size) => {
      const bytes = randomBytes(size)
      const before = Math.floor(Date.now() / 1000) * 1000
      const put = await blobs.put('narration/segments/a.wav', inChunks(bytes, 60_000), wav)
      expect(put).toMatchObject({
        key: 'narration/segments/a.wav',
        size,
        contentType: 'audio/wav',
        sha256: sha256(bytes),
      })
      expect(put.modifiedAt.getTime()).toBeGreaterThanOrEqual(before)
      expect(await blobs.stat('narration/segments/a.wav')).toEqual(put)
      expect(await gather(blobs.list('narration/'))).toEqual([put])
      expect((await all(await blobs.open('narration/segments/a.wav'))).equals(bytes)).toBe(true)
    },
  )

  it('reads any range', async () => {
    const bytes = randomBytes(300_000)
    await blobs.put('narration/a.wav', inChunks(bytes), wav)
    const position = fc.integer({ min: 0, max: 300_100 })
    await fc.assert(
      fc.asyncProperty(position, position, async (start, end) => {
        const read = await all(await blobs.open('narration/a.wav', { start, end }))
        expect(read.equals(bytes.subarray(start, Math.max(start, end)))).toBe(true)
      }),
      { numRuns: 30 },
    )
  })

  it('knows nothing of what was never put', async () => {
    expect(await blobs.stat('narration/none.wav')).toBeUndefined()
    expect(await blobs.touch('narration/none.wav')).toBeUndefined()
    await expect(blobs.open('narration/none.wav')).rejects.toMatchObject({
      kind: 'not-found',
      reason: 'BLOB_NOT_FOUND',
    })
    await blobs.remove(['narration/none.wav'])
    expect(await keysBelow(blobs, 'narration/')).toEqual([])
  })

  it('shows nothing of a put that fails or is given up, and what was there before stays', async () => {
    const before = await blobs.put('narration/a.wav', inChunks(randomBytes(5000)), wav)
    async function* failing() {
      yield randomBytes(20_000_000)
      expect(await blobs.stat('narration/a.wav')).toEqual(before)
      throw new Error('the source broke')
    }
    await expect(blobs.put('narration/a.wav', failing(), wav)).rejects.toThrow('the source broke')
    await expect(blobs.put('narration/b.wav', failing(), wav)).rejects.toThrow('the source broke')

    const giveUp = new AbortController()
    async function* stalling() {
      yield randomBytes(20_000_000)
      giveUp.abort(new Error('given up'))
      await new Promise(() => {})
    }
    const put = blobs.put('narration/c.wav', stalling(), { ...wav, signal: giveUp.signal })
    await expect(put).rejects.toThrow('given up')

    expect(await gather(blobs.list('narration/'))).toEqual([before])
  })

  it('refuses what is longer than it may be, as soon as it is', async () => {
    let given = 0
    async function* endless() {
      for (;;) {
        given += 1000
        yield randomBytes(1000)
      }
    }
    const put = blobs.put('narration/a.wav', endless(), { ...wav, maxBytes: 50_000 })
    await expect(put).rejects.toMatchObject({ kind: 'exhausted', reason: 'BLOB_TOO_LARGE' })
    expect(given).toBeLessThan(60_000)
    const fits = await blobs.put('narration/a.wav', inChunks(randomBytes(50_000)), { ...wav, maxBytes: 50_000 })
    expect(fits.size).toBe(50_000)
  })

  it('replaces as a whole: whoever reads meanwhile sees one version', async () => {
    const versions = [randomBytes(200_000), randomBytes(100_000)]
    await blobs.put('narration/a.wav', inChunks(versions[0] as Buffer), wav)
    const writing = (async () => {
      for (let round = 1; round <= 10; round++)
        await blobs.put('narration/a.wav', inChunks(versions[round % 2] as Buffer), wav)
    })()
    let isOver = false
    void writing.finally(() => {
      isOver = true
    })
    let reads = 0
    while (!isOver) {
      // A reader of what is replaced under its hands may be told so, and never gets a mixture.
      const read = await all(await blobs.open('narration/a.wav')).catch((error) => error)
      if (Buffer.isBuffer(read)) expect(versions.some((version) => version.equals(read))).toBe(true)
      else expect(read).toMatchObject({ reason: 'BLOBS_UNAVAILABLE' })
      reads += Number(Buffer.isBuffer(read))
    }
    await writing
    expect(reads).toBeGreaterThan(0)
  })

  it('lists whole parts of keys, page by page, and removes', async () => {
    const keys = [
      'narration/a/1.wav',
      'narration/a/2.wav',
      'narration/a/3.wav',
      'narration/ab/1.wav',
      'videogen/a/1.mp4',
    ]
    for (const key of keys) await blobs.put(key, inChunks(Buffer.from(key)), wav)
    expect(await keysBelow(blobs, 'narration/a/')).toEqual(keys.slice(0, 3))
    expect(await keysBelow(blobs, 'narration/')).toEqual(keys.slice(0, 4))
    await blobs.remove(['narration/a/1.wav', 'narration/a/9.wav', 'narration/ab/1.wav'])
    expect(await keysBelow(blobs, 'narration/')).toEqual(['narration/a/2.wav', 'narration/a/3.wav'])
    expect(await blobs.stat('narration/a/1.wav')).toBeUndefined()
  })

  it.each([
    '../secrets.json',
    'narration/../../secrets.json',
    'narration/.hidden',
    '/etc/passwd',
    'narration',
    'narration//a',
    'narration/a b',
    'narration/a\\b',
    'narration/a\0b',
    'Narration/a',
    `narration/${'a'.repeat(201)}`,
    '.partial/a',
  ])('knows no key %j', async (key) => {
    await expect(blobs.put(key, inChunks(Buffer.from('x')), wav)).rejects.toThrow(TypeError)
    await expect(blobs.open(key)).rejects.toThrow(TypeError)
    await expect(blobs.stat(key)).rejects.toThrow(TypeError)
    await expect(blobs.touch(key)).rejects.toThrow(TypeError)
    await expect(blobs.remove([key])).rejects.toThrow(TypeError)
  })

  it.each(['', '/', 'narration', 'narration/a', '../', 'narration/../', '.partial/', 'narration/.a/'])(
    'lists nothing by %j',
    (prefix) => expect(keysBelow(blobs, prefix)).rejects.toThrow(TypeError),
  )

  it('lets a context change its own and read all', async () => {
    const own = ownedBlobs(blobs, 'narration')
    await blobs.put('story/a.txt', inChunks(Buffer.from('story')), wav)
    expect((await all(await own.open('story/a.txt'))).toString()).toBe('story')
    await expect(own.put('story/a.txt', inChunks(Buffer.from('x')), wav)).rejects.toThrow(TypeError)
    await expect(own.remove(['narration/a.txt', 'story/a.txt'])).rejects.toThrow(TypeError)
    await expect(own.touch('story/a.txt')).rejects.toThrow(TypeError)
    await own.put('narration/a.txt', inChunks(Buffer.from('mine')), wav)
    expect(await keysBelow(own, 'narration/')).toEqual(['narration/a.txt'])
  })

  it('sweeps what is old and named by no row, batch by batch, and nothing else', async () => {
    const keys = Array.from({ length: 7 }, (_, index) => `narration/segments/${index}.wav`)
    for (const key of [...keys, 'narration/other/0.wav']) await blobs.put(key, inChunks(Buffer.from(key)), wav)
    const named = new Set(keys.slice(0, 3))
    const rule = {
      prefix: 'narration/segments/',
      unnamed: async (some: readonly string[]) => some.filter((key) => !named.has(key)),
    }
    const hour = 60 * 60_000
    expect(await sweepOrphans(blobs, rule, new Date(Date.now() - hour))).toEqual([])
    expect(await keysBelow(blobs, 'narration/segments/')).toEqual(keys)
    expect(await sweepOrphans(blobs, rule, new Date(Date.now() + hour))).toEqual(keys.slice(3))
    expect(await keysBelow(blobs, 'narration/')).toEqual(['narration/other/0.wav', ...keys.slice(0, 3)])
  })
})
