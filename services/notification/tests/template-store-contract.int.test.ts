import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mostBytes } from '../infrastructure/template-stores/template-text.ts'
import { openFileSite, openGitHubSite, openHttpSite, openS3Site, type Site } from './template-sites.ts'

const never = new AbortController().signal
const refused = (reason: string) => expect.objectContaining({ name: 'DomainError', reason })

describe.each([
  ['file', openFileSite],
  ['http', openHttpSite],
  ['s3', openS3Site],
  ['github', openGitHubSite],
])('the %s store', (kind, openSite: () => Promise<Site>) => {
  let site: Site
  beforeAll(async () => {
    site = await openSite()
  })
  afterAll(() => site.stop())
  const fetchIt = (path: string, etag?: string, signal = never) => site.store.fetch(path, etag, signal)

  it('gives a template and its ETag, and says when it is still the same', async () => {
    expect(site.store.kind).toBe(kind)
    expect(await fetchIt('mails/welcome.mjml')).toBeUndefined()
    await site.put('mails/welcome.mjml', 'Hello, {name}!')
    const first = await fetchIt('mails/welcome.mjml')
    expect(first).toEqual({ source: 'Hello, {name}!', etag: expect.stringMatching(/.{10}/) })
    const etag = typeof first === 'object' ? first.etag : undefined
    expect(await fetchIt('mails/welcome.mjml', etag)).toBe('unchanged')
    await site.put('mails/welcome.mjml', 'Good day, {name}!')
    const second = await fetchIt('mails/welcome.mjml', etag)
    expect(second).toMatchObject({ source: 'Good day, {name}!' })
    expect(typeof second === 'object' && second.etag).not.toBe(etag)
    await site.remove('mails/welcome.mjml')
    expect(await fetchIt('mails/welcome.mjml', etag)).toBeUndefined()
  })

  it('gives what is written as it is written', async () => {
    for (const source of ['', 'Grüße ✓ 👋🏽', 'مرحبا {name}، लेख', '\r\n\t{x, plural, one {#} other {#}}\u2028']) {
      await site.put('mails/texts@2.de-AT.txt', source)
      expect(await fetchIt('mails/texts@2.de-AT.txt')).toMatchObject({ source })
    }
  })

  it('has no template by a name that leads elsewhere', async () => {
    await site.put('mails/there.mjml', 'there')
    await site.folder('mails/inner')
    for (const path of [
      '../templates/mails/there.mjml',
      'mails/../mails/there.mjml',
      '/mails/there.mjml',
      './mails/there.mjml',
      'mails//there.mjml',
      'mails\\there.mjml',
      'mails/%2e%2e/mails/there.mjml',
      'mails/there.mjml?x',
      'mails/there.mjml#x',
      'mails/there.mjml\0',
      'mails/there.mjml/',
      'mails/inner',
      'mails',
      '',
      '.',
      '..',
      `mails/${'x'.repeat(300)}`,
      '/etc/passwd',
    ]) {
      expect(await fetchIt(path), path).toBeUndefined()
    }
    expect(await fetchIt('mails/there.mjml')).toMatchObject({ source: 'there' })
  })

  it('takes a template as long as may be, and none that is longer or no text', async () => {
    await site.put('mails/long.mjml', 'x'.repeat(mostBytes))
    expect(await fetchIt('mails/long.mjml')).toMatchObject({ source: 'x'.repeat(mostBytes) })
    await site.put('mails/long.mjml', 'x'.repeat(mostBytes + 1))
    await expect(fetchIt('mails/long.mjml')).rejects.toEqual(refused('TEMPLATE_TOO_LARGE'))
    await site.put('mails/image.mjml', Buffer.from([0xff, 0xd8, 0xff, 0xe0]))
    await expect(fetchIt('mails/image.mjml')).rejects.toEqual(refused('TEMPLATE_NOT_TEXT'))
  })

  it('tells being away from having none', async () => {
    await site.put('mails/there.mjml', 'there')
    await site.away(true)
    await expect(fetchIt('mails/there.mjml')).rejects.toEqual(refused('TEMPLATE_STORE_UNAVAILABLE'))
    await expect(fetchIt('mails/there.mjml', '"etag"')).rejects.toEqual(refused('TEMPLATE_STORE_UNAVAILABLE'))
    await site.away(false)
    expect(await fetchIt('mails/there.mjml')).toMatchObject({ source: 'there' })
  })

  it('stops when it is told to', async () => {
    await expect(fetchIt('mails/there.mjml', undefined, AbortSignal.abort(new Error('stopped')))).rejects.toThrow(
      'stopped',
    )
  })
})
