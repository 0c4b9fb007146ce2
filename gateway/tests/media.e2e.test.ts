import { randomBytes, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createMediaUrls } from '#shared/infrastructure/blobs/media-url.ts'
import { openBlobs } from '#shared/infrastructure/blobs/open-blobs.ts'
import { readSecrets } from '../../deploy/local/secrets.ts'
import { testMesh } from '../../tests/mesh.ts'
import { protocols, whole } from './media-client.ts'

const mesh = testMesh()
const [dataDir = ''] = mesh.folders
const urls = createMediaUrls(Buffer.from(readSecrets(dataDir).TROUPE_MASTER_KEY, 'base64'))
const blobs = openBlobs({ kind: 'folder', folder: join(dataDir, 'blobs') })
const lifetimeMs = 10 * 60_000

async function* once(content: Uint8Array) {
  yield content
}

describe.each(Object.entries(protocols))('media through the gateway, over %s', (_, send) => {
  it('are what processes of the mesh put into the folder that they share', async () => {
    const bytes = randomBytes(300_000)
    const key = `narration/tests/${randomUUID()}.mp3`
    await blobs.put(key, once(bytes), { contentType: 'audio/mpeg' })
    const url = `${mesh.url}${urls.sign(key, { now: new Date(), lifetimeMs })}`
    const all = await whole(await send(url, {}))
    expect(all.status).toBe(200)
    expect(all.body.equals(bytes)).toBe(true)
    expect(all.headers['x-content-type-options']).toBe('nosniff')
    const part = await whole(await send(url, { headers: { range: 'bytes=-100' } }))
    expect(part.status).toBe(206)
    expect(part.body.equals(bytes.subarray(-100))).toBe(true)
    expect((await whole(await send(url, { headers: { 'if-none-match': all.headers.etag ?? '' } }))).status).toBe(304)

    await blobs.remove([key])
    expect((await whole(await send(url, {}))).status).toBe(404)
  })

  it('are for those alone who were given the URL, and for a time', async () => {
    const key = `narration/tests/${randomUUID()}.mp3`
    await blobs.put(key, once(randomBytes(10)), { contentType: 'audio/mpeg' })
    expect((await whole(await send(`${mesh.url}/media/${key}`, {}))).status).toBe(403)
    // In time travel the mesh is ahead of this process's clock.
    const past = urls.sign(key, { now: new Date(Date.now() - 2 * lifetimeMs), lifetimeMs })
    expect((await whole(await send(`${mesh.url}${past}`, {}))).status).toBe(410)
    await blobs.remove([key])
  })
})
