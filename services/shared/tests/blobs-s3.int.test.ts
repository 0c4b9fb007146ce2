import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { BlobStore } from '../infrastructure/blobs/blobs.ts'
import { openBlobs } from '../infrastructure/blobs/open-blobs.ts'
import { all, gather, inChunks } from './byte-streams.ts'
import { type S3StandIn, startS3 } from './s3-stand-in.ts'

const mp3 = { contentType: 'audio/mpeg' }
const key = 'narration/joined/a.mp3'
const large = randomBytes(20_000_000)
const small = randomBytes(100_000)
const away = { kind: 'unavailable', reason: 'BLOBS_UNAVAILABLE' }
const hour = 60 * 60_000

describe('S3 that misbehaves', () => {
  let s3: S3StandIn
  let blobs: BlobStore
  beforeAll(async () => {
    s3 = await startS3()
    blobs = openBlobs({ kind: 's3', s3: s3.settings })
  })
  beforeEach(() => s3.reset())
  afterAll(() => s3.stop())

  const put = (bytes: Buffer) => blobs.put(key, inChunks(bytes, 65_536), mp3)
  const stored = async () => (await all(await blobs.open(key))).length
  const isPart = ({ method, query }: { method: string; query: URLSearchParams }) =>
    method === 'PUT' && query.has('partNumber')

  it('is told from one that refuses the credentials', async () => {
    const other = openBlobs({ kind: 's3', s3: { ...s3.settings, secretAccessKey: 'another secret' } })
    await expect(other.put(key, inChunks(small), mp3)).rejects.toMatchObject(away)
    // Another try would betray nothing new.
    expect(s3.asked).toHaveLength(1)
    await expect(other.stat(key)).rejects.toMatchObject(away)
    await expect(gather(other.list('narration/'))).rejects.toMatchObject(away)
  })

  it.each(['error', 'cut', 'hang', 'lost'] as const)('is asked again after a passing fault: %s', async (fault) => {
    s3.misbehave(fault, 2)
    expect((await put(small)).size).toBe(small.length)
    s3.misbehave(fault, 1, isPart)
    s3.misbehave(fault, 1, ({ headers }) => headers['x-amz-copy-source'] !== undefined)
    expect((await put(large)).size).toBe(large.length)
    s3.misbehave(fault)
    expect(await stored()).toBe(large.length)
    s3.misbehave(fault)
    expect(await gather(blobs.list('narration/'))).toHaveLength(1)
    s3.misbehave(fault)
    await blobs.remove([key])
    expect(s3.objects.size).toBe(0)
  })

  it('counts as away when the fault stays, and shows nothing of what was put', async () => {
    for (const on of [
      isPart,
      ({ query }: { query: URLSearchParams }) => query.has('uploadId') && !query.has('partNumber'),
    ]) {
      s3.reset()
      s3.misbehave('error', 1000, on)
      await expect(put(large)).rejects.toMatchObject(away)
      s3.behave()
      expect([...s3.objects.keys()]).toEqual([])
    }
    s3.reset()
    s3.misbehave('error', 1000)
    await expect(blobs.stat(key)).rejects.toMatchObject(away)
  })

  it('completes an upload once, also where the answer is lost or is an error of status 200', async () => {
    const isCompletion = ({ method, query }: { method: string; query: URLSearchParams }) =>
      method === 'POST' && query.has('uploadId')
    s3.misbehave('lost', 1, isCompletion)
    expect((await put(large)).size).toBe(large.length)

    const error = '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>InternalError</Code></Error>'
    s3.misbehave({ status: 200, headers: { 'content-type': 'application/xml' }, body: error }, 1, isCompletion)
    expect((await put(large)).size).toBe(large.length)

    expect([...s3.objects.keys()]).toEqual([key])
    expect(s3.uploads.size).toBe(0)
  })

  it.each(['truncated', 'slow'] as const)('is read on from where an answer breaks off: %s', async (fault) => {
    await put(small)
    const isRead = ({ method }: { method: string }) => method === 'GET'
    s3.misbehave(fault, 3, isRead)
    const read = await all(await blobs.open(key, { start: 1, end: 99_000 }))
    expect(read.equals(small.subarray(1, 99_000))).toBe(true)
    const ranges = s3.asked.filter(isRead).map(({ headers }) => headers.range)
    expect(ranges[0]).toBe('bytes=1-98999')
    expect(ranges).toHaveLength(4)
    expect(new Set(ranges).size).toBe(4)
  })

  it('ends a reader whose object is replaced under its hands rather than mixing the two', async () => {
    await put(small)
    s3.misbehave('truncated', 1, ({ method }) => method === 'GET')
    const read = (await blobs.open(key))[Symbol.asyncIterator]()
    await read.next()
    await put(randomBytes(small.length))
    const rest = async () => {
      while (!(await read.next()).done);
    }
    await expect(rest()).rejects.toMatchObject(away)
  })

  it('holds two parts in memory at most, however slow it is', async () => {
    let given = 0
    let most = 0
    async function* content() {
      for (let count = 0; count < 600; count++) {
        given += 100_000
        const taken = [...s3.uploads.values()]
          .flatMap(({ parts }) => [...parts.values()])
          .reduce((sum, { length }) => sum + length, 0)
        most = Math.max(most, given - taken)
        yield Buffer.alloc(100_000, count)
      }
    }
    await blobs.put(key, content(), mp3)
    expect(await stored()).toBe(60_000_000)
    expect(most).toBeLessThanOrEqual(17_000_000)
  })

  it('keeps what is used from being swept', async () => {
    s3.setNow(new Date(Date.now() - 30 * hour))
    const before = await put(large)
    s3.setNow(undefined)
    const touched = await blobs.touch(key)
    expect(touched).toMatchObject({ sha256: before.sha256, contentType: mp3.contentType, size: large.length })
    expect(touched?.modifiedAt.getTime()).toBeGreaterThan(Date.now() - hour)
    // What is young stays as it is.
    const asked = s3.asked.length
    await blobs.touch(key)
    expect(s3.asked).toHaveLength(asked + 1)
  })

  it('is tidied of what crashes left, and only of that', async () => {
    await put(small)
    const dying = async (on: Parameters<S3StandIn['misbehave']>[2]) => {
      s3.misbehave('error', 1000, ({ method }) => method === 'DELETE')
      s3.misbehave('error', 1000, on)
      await expect(blobs.put('narration/joined/b.mp3', inChunks(large, 65_536), mp3)).rejects.toMatchObject(away)
      s3.behave()
    }
    const left = () => ({
      uploads: s3.uploads.size,
      partial: [...s3.objects.keys()].filter((each) => each.startsWith('.partial/')).length,
    })
    s3.setNow(new Date(Date.now() - 30 * hour))
    await dying(isPart)
    await dying(({ headers }) => headers['x-amz-copy-source'] !== undefined)
    expect(left()).toEqual({ uploads: 1, partial: 1 })

    await blobs.tidy(new Date(Date.now() - 40 * hour))
    expect(left()).toEqual({ uploads: 1, partial: 1 })
    await blobs.tidy(new Date(Date.now() - 24 * hour))
    expect(left()).toEqual({ uploads: 0, partial: 0 })
    expect([...s3.objects.keys()]).toEqual([key])
  })
})
