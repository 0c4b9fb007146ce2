import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testLog } from '../../shared/tests/fixture.ts'
import type { StoredTemplate, TemplateStore } from '../domain/ports.ts'
import { createCopies } from '../infrastructure/templates/copies.ts'
import { createStoredTexts } from '../infrastructure/templates/stored-texts.ts'
import { openNotification, refused, type TestNotification } from './fixture.ts'

const textOf = (words: string) => `subject: ${words}\ntitle: ${words}\nshort: ${words}\n---\n<mj-text>{name}</mj-text>`

/** A storage that can be away. */
const createStore = () => {
  const files = new Map<string, StoredTemplate>()
  const asked: string[] = []
  let isAway = false
  const store: TemplateStore = {
    kind: 'http',
    fetch: async (path, etag) => {
      asked.push(`${path} ${etag ?? '-'}`)
      if (isAway) throw new Error('nobody there')
      const file = files.get(path)
      return file && file.etag === etag ? 'unchanged' : file
    },
  }
  return { store, files, asked, setAway: (away: boolean) => (isAway = away) }
}

const web = createStore()
let notification: TestNotification
beforeAll(async () => {
  notification = await openNotification('notification_templates', { stores: [web.store] })
})
afterAll(() => notification.close())

const upsert = (init: Partial<Parameters<TestNotification['app']['upsertTemplate']>[0]>) =>
  notification.call(() =>
    notification.app.upsertTemplate({
      name: 'welcome',
      messageType: 'UPDATE',
      storage: 'http',
      path: 'mails/welcome',
      localisations: [{ locale: 'en' }, { locale: 'de' }],
      ...init,
    }),
  )

const preview = (name: string, locale: string) =>
  notification.call(() =>
    notification.app.previewTemplate({ name, locale, timeZone: '', data: { name: 'Ann', path: '/' } }),
  )

describe('a template', () => {
  it('that operators put in place of a shipped one is used in its language, else in the closest there is', async () => {
    expect((await preview('welcome', 'de-AT')).madeFrom).toBe('welcome/de, shipped')
    const texts = [
      { locale: 'en', source: textOf('English') },
      { locale: 'pt', source: textOf('Português') },
    ]
    const made = await upsert({ name: 'own', storage: 'database', path: '', localisations: texts })
    expect(made).toMatchObject({ version: 1, locales: ['en', 'pt'] })
    expect(await preview('own', 'pt-BR')).toMatchObject({ subject: 'Português', madeFrom: 'own/pt, version 1' })
    expect(await preview('own', 'de')).toMatchObject({ subject: 'English', madeFrom: 'own/en, version 1' })
    await expect(preview('nothing', 'en')).rejects.toEqual(refused('TEMPLATE_NOT_FOUND'))
    expect(await notification.events(made.id)).toEqual(['TemplateUpdated'])
  })

  it('is refused where it is broken, lacks English, or cannot be kept there', async () => {
    const broken = { storage: 'database', path: '', name: 'broken' } as const
    const of = (source: string) => ({ ...broken, localisations: [{ locale: 'en', source }] })
    await expect(upsert(of('no head'))).rejects.toEqual(refused('TEMPLATE_INVALID'))
    await expect(upsert(of(textOf('x').replace('mj-text', 'mj-nothing')))).rejects.toEqual(refused('TEMPLATE_INVALID'))
    const german = [{ locale: 'de', source: textOf('x') }]
    await expect(upsert({ ...broken, localisations: german })).rejects.toEqual(refused('ENGLISH_MISSING'))
    await expect(upsert({ storage: 's3' })).rejects.toEqual(refused('STORAGE_NOT_CONFIGURED'))
    await expect(upsert({ path: '' })).rejects.toEqual(refused('TEMPLATE_INVALID'))
  })

  it('is listed by name with all others, page by page', async () => {
    const names: string[] = []
    for (let pageToken = ''; ; ) {
      const page = await notification.call(() => notification.app.listTemplates({ pageSize: 3, pageToken }))
      names.push(...page.items.map(({ name }) => name))
      if (page.nextPageToken === '') break
      pageToken = page.nextPageToken
    }
    expect(names).toEqual([...new Set(names)].toSorted())
    expect(names).toEqual(expect.arrayContaining(['digest', 'own', 'welcome']))
  })

  it('of another storage is taken from there; while that is away, the shipped one is, and said so', async () => {
    web.setAway(true)
    await upsert({})
    const shipped = 'welcome/de, shipped, for http does not have it at present'
    // What was known of the template a moment ago is used for two seconds.
    await expect.poll(async () => (await preview('welcome', 'de')).madeFrom, { timeout: 5_000 }).toBe(shipped)
    web.setAway(false)
    web.files.set('mails/welcome/de.mjml', { source: textOf('Von außen'), etag: '1' })
    const made = 'welcome/de, version 1 of http'
    expect(await preview('welcome', 'de')).toMatchObject({ subject: 'Von außen', madeFrom: made })
    await preview('welcome', 'de')
    expect(web.asked.filter((each) => each.startsWith('mails/welcome/de.mjml')).length).toBeLessThanOrEqual(3)
  })
})

describe('texts of other storages', () => {
  it('are asked about by their ETag once a minute, and outlive a restart while the storage is away', async () => {
    const { store, files, asked, setAway } = createStore()
    const copies = createCopies(notification.database, notification.clock)
    let time = 0
    const stores = new Map([[store.kind, store]])
    const texts = createStoredTexts(stores, copies, testLog, () => time)
    files.set('a', { source: 'one', etag: 'e1' })
    expect(await texts.find('http', 'a')).toEqual({ source: 'one', isStale: false })
    files.set('a', { source: 'two', etag: 'e2' })
    expect(await texts.find('http', 'a')).toEqual({ source: 'one', isStale: false })
    time += 60_000
    expect(await texts.find('http', 'a')).toEqual({ source: 'two', isStale: false })
    time += 60_000
    expect(await texts.find('http', 'a')).toEqual({ source: 'two', isStale: false })
    expect(asked).toEqual(['a -', 'a e1', 'a e2'])
    setAway(true)
    time += 60_000
    expect(await texts.find('http', 'a')).toEqual({ source: 'two', isStale: true })
    const afterRestart = createStoredTexts(stores, copies, testLog, () => time)
    expect(await afterRestart.find('http', 'a')).toEqual({ source: 'two', isStale: true })
    await expect(afterRestart.find('http', 'b')).rejects.toThrow('nobody there')
    setAway(false)
    files.delete('a')
    expect(await afterRestart.find('http', 'a')).toBeUndefined()
  })
})
