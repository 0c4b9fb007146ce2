import { execFileSync } from 'node:child_process'
import { mkdir, rename, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createHttpStore } from '../infrastructure/template-stores/http-store.ts'
import { githubStore, openFileSite, openGitHubSite, openHttpSite, openS3Site, s3Store } from './template-sites.ts'
import { startVendor, type Vendor } from './vendor-stand-in.ts'

const never = new AbortController().signal
const refused = (reason: string) => expect.objectContaining({ name: 'DomainError', reason })
const away = refused('TEMPLATE_STORE_UNAVAILABLE')

describe('a folder', () => {
  let site: Awaited<ReturnType<typeof openFileSite>>
  beforeAll(async () => {
    site = await openFileSite()
  })
  afterAll(() => site.stop())
  const fetchIt = (path: string) => site.store.fetch(path, undefined, never)

  it('is not left by links', async () => {
    await writeFile(join(site.root, '../secret.txt'), 'secret')
    await mkdir(join(site.root, '../templates-of-others'))
    await writeFile(join(site.root, '../templates-of-others/secret.txt'), 'secret')
    await symlink('../secret.txt', join(site.root, 'link.txt'))
    await symlink('/etc/passwd', join(site.root, 'passwd'))
    await symlink('..', join(site.root, 'above'))
    await symlink('../templates-of-others', join(site.root, 'others'))
    await symlink('loop', join(site.root, 'loop'))
    await symlink('nowhere', join(site.root, 'dangling'))
    await symlink('.', join(site.root, 'self'))
    for (const path of ['link.txt', 'passwd', 'above/secret.txt', 'others/secret.txt', 'loop', 'dangling', 'self']) {
      expect(await fetchIt(path), path).toBeUndefined()
    }
  })

  it('is read through links inside it, as a mounted ConfigMap has them', async () => {
    await mkdir(join(site.root, '..2026_11_26'))
    await writeFile(join(site.root, '..2026_11_26/welcome.mjml'), 'one')
    await mkdir(join(site.root, '..2026_11_27'))
    await writeFile(join(site.root, '..2026_11_27/welcome.mjml'), 'two')
    await symlink('..2026_11_26', join(site.root, '..data'))
    await symlink('..data/welcome.mjml', join(site.root, 'welcome.mjml'))
    expect(await fetchIt('welcome.mjml')).toMatchObject({ source: 'one' })
    await symlink('..2026_11_27', join(site.root, '..data_tmp'))
    await rename(join(site.root, '..data_tmp'), join(site.root, '..data'))
    expect(await fetchIt('welcome.mjml')).toMatchObject({ source: 'two' })
    expect(await fetchIt('..data/welcome.mjml')).toBeUndefined()
  })

  it('does not wait for a pipe', async () => {
    execFileSync('mkfifo', [join(site.root, 'pipe')])
    expect(await fetchIt('pipe')).toBeUndefined()
  })
})

describe('a web server', () => {
  let site: Awaited<ReturnType<typeof openHttpSite>>
  let other: Vendor
  beforeAll(async () => {
    site = await openHttpSite()
    other = await startVendor(() => ({ status: 200, headers: { 'content-type': 'text/plain' }, body: 'elsewhere' }))
  })
  beforeEach(async () => {
    site.api.reset()
    await site.put('welcome.mjml', 'Hello!')
  })
  afterAll(async () => {
    await site.stop()
    await other.stop()
  })
  const fetchIt = (etag?: string) => site.store.fetch('welcome.mjml', etag, never)

  it.each(['hang', 'cut', 'lost', 'headers-only'] as const)('that answers with "%s" is away', async (trouble) => {
    site.api.misbehave(trouble)
    const impatient = createHttpStore({ baseUrl: `${site.api.url}/cdn`, timeoutMs: 300 })
    await expect(impatient.fetch('welcome.mjml', undefined, never)).rejects.toEqual(away)
  })

  it('is let go when the caller stops', async () => {
    site.api.misbehave('hang')
    const controller = new AbortController()
    const fetching = site.store.fetch('welcome.mjml', undefined, controller.signal)
    await expect.poll(() => site.api.received.length).toBe(1)
    controller.abort(new Error('stopped'))
    await expect(fetching).rejects.toThrow('stopped')
  })

  it('redirects to itself only, and not on and on', async () => {
    site.api.misbehave({ status: 302, headers: { location: `${other.url}/welcome.mjml` } })
    await expect(fetchIt()).rejects.toEqual(away)
    expect(other.received).toHaveLength(0)
    site.api.misbehave({ status: 302, headers: { location: '/cdn/welcome.mjml' } })
    await expect(fetchIt()).rejects.toEqual(away)
    expect(site.api.received).toHaveLength(5)
    const moved = await startVendor(({ path }) =>
      path === '/new/welcome.mjml'
        ? { status: 200, body: 'moved' }
        : { status: 308, headers: { location: '../new/welcome.mjml' } },
    )
    const store = createHttpStore({ baseUrl: `${moved.url}/cdn`, timeoutMs: 2000 })
    expect(await store.fetch('welcome.mjml', undefined, never)).toEqual({ source: 'moved', etag: undefined })
    await moved.stop()
  })

  it('sends no more than a template has, however it is packed', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000))
    site.api.misbehave({ status: 200, headers: { 'content-encoding': 'gzip' }, body: bomb })
    await expect(fetchIt()).rejects.toEqual(refused('TEMPLATE_TOO_LARGE'))
  })

  it('that says "not modified" to who has nothing is away', async () => {
    site.api.misbehave({ status: 304 })
    await expect(fetchIt()).rejects.toEqual(away)
    expect(await fetchIt('"held"')).toBe('unchanged')
  })

  it.each([403, 418, 429, 500])('that answers %d is away', async (status) => {
    site.api.misbehave({ status })
    await expect(fetchIt('"held"')).rejects.toEqual(away)
  })
})

describe('a bucket', () => {
  it('that refuses the key, the secret or the region is away', async () => {
    const site = await openS3Site()
    await site.put('welcome.mjml', 'Hello!')
    for (const account of [{ secretAccessKey: 'wrong' }, { accessKeyId: 'AKIA-EVE' }, { region: 'us-east-1' }]) {
      await expect(s3Store(site.api.url, account).fetch('welcome.mjml', undefined, never)).rejects.toEqual(away)
    }
    for (const trouble of [
      'cut',
      'headers-only',
      { status: 307, headers: { location: 'http://127.0.0.1:1' } },
    ] as const) {
      site.api.misbehave(trouble)
      await expect(site.store.fetch('welcome.mjml', undefined, never)).rejects.toEqual(away)
    }
    await site.stop()
  })
})

describe('a repository', () => {
  it('that may not be read is as one without the file, and one that is asked too often is away', async () => {
    const site = await openGitHubSite()
    await site.put('welcome.mjml', 'Hello!')
    expect(await githubStore(site.api.url, 'wrong').fetch('welcome.mjml', undefined, never)).toBeUndefined()
    site.api.misbehave({ status: 403, headers: { 'x-ratelimit-remaining': '0' } })
    await expect(site.store.fetch('welcome.mjml', undefined, never)).rejects.toEqual(away)
    await site.stop()
  })

  it('does not send the token elsewhere', async () => {
    const site = await openGitHubSite()
    const other = await startVendor(() => ({ status: 200, body: '' }))
    site.api.misbehave({ status: 301, headers: { location: `${other.url}/repositories/1/contents/x` } })
    await expect(site.store.fetch('welcome.mjml', undefined, never)).rejects.toEqual(away)
    expect(other.received).toHaveLength(0)
    await site.stop()
    await other.stop()
  })
})
