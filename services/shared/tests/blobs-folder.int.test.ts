import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openBlobs } from '../infrastructure/blobs/open-blobs.ts'
import { all, gather, inChunks } from './byte-streams.ts'

const wav = { contentType: 'audio/wav' }
const key = 'narration/segments/a.wav'
const hour = 60 * 60_000

describe('blobs in a folder', () => {
  let folder: string
  let blobs: ReturnType<typeof openBlobs>
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'troupe-blobs-'))
    blobs = openBlobs({ kind: 'folder', folder })
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  const partials = () => readdirSync(join(folder, '.partial'))

  it('shows nothing of a put whose process was killed, and is tidied of it later', async () => {
    const script = join(import.meta.dirname, 'blob-writer.ts')
    const child = spawn(process.execPath, [script, folder, key], { stdio: ['ignore', 'pipe', 'inherit'] })
    for (let said = 0; said < 3; said++) await once(child.stdout, 'data')
    child.kill('SIGKILL')
    await once(child, 'exit')
    const [partial = ''] = partials()
    expect(statSync(join(folder, '.partial', partial)).size).toBeGreaterThan(0)
    expect(await blobs.stat(key)).toBeUndefined()
    expect(await gather(blobs.list('narration/'))).toEqual([])

    await blobs.tidy(new Date(Date.now() - hour))
    expect(partials()).toEqual([partial])
    const old = new Date(Date.now() - 2 * hour)
    utimesSync(join(folder, '.partial', partial), old, old)
    await blobs.tidy(new Date(Date.now() - hour))
    expect(partials()).toEqual([])
  })

  it('leaves nothing aside of puts that end, well or not', async () => {
    await blobs.put(key, inChunks(Buffer.from('sound')), wav)
    await expect(blobs.put(key, inChunks(Buffer.alloc(5000)), { ...wav, maxBytes: 10 })).rejects.toThrow()
    expect(partials()).toEqual([])
    await blobs.remove([key])
    expect(existsSync(join(folder, key))).toBe(false)
  })

  it('reads one version to its end, whatever is put in its place or removed', async () => {
    const bytes = Buffer.alloc(1_000_000, 'first')
    await blobs.put(key, inChunks(bytes, 65_536), wav)
    const reading = (await blobs.open(key))[Symbol.asyncIterator]()
    const first = await reading.next()
    await blobs.put(key, inChunks(Buffer.alloc(1_000_000, 'other'), 65_536), wav)
    await blobs.remove([key])
    const rest = await all({ [Symbol.asyncIterator]: () => reading })
    expect(Buffer.concat([first.value as Buffer, rest]).equals(bytes)).toBe(true)
  })

  it('gives free what is opened and not read, or not to its end', async () => {
    await blobs.put(key, inChunks(Buffer.alloc(1_000_000), 65_536), wav)
    const open = () => readdirSync('/dev/fd').length
    const before = open()
    for (let count = 0; count < 50; count++) {
      await blobs.open(key)
      for await (const chunk of await blobs.open(key)) if (chunk) break
      await blobs.stat(key)
    }
    expect(open()).toBeLessThan(before + 5)
  })

  it.each(['cut off', 'added to'])('does not pass on a file that was %s as if it were whole', async (how) => {
    await blobs.put(key, inChunks(Buffer.alloc(100_000), 65_536), wav)
    if (how === 'cut off') truncateSync(join(folder, key), 50_000)
    else appendFileSync(join(folder, key), 'more')
    await expect(blobs.stat(key)).rejects.toThrow('damaged')
    await expect(blobs.open(key)).rejects.toThrow('damaged')
  })

  it('keeps what is used from being swept', async () => {
    await blobs.put(key, inChunks(Buffer.from('sound')), wav)
    const old = new Date(Date.now() - 30 * hour)
    utimesSync(join(folder, key), old, old)
    expect((await blobs.stat(key))?.modifiedAt).toEqual(old)
    expect((await blobs.touch(key))?.modifiedAt.getTime()).toBeGreaterThan(Date.now() - hour)
  })
})
