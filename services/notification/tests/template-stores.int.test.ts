import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createLogger } from '#shared/infrastructure/telemetry/logger.ts'
import { testLog } from '../../shared/tests/fixture.ts'
import type { StoredTemplate, TemplateStore } from '../domain/ports.ts'
import { createCopies } from '../infrastructure/templates/copies.ts'
import { readShipped } from '../infrastructure/templates/shipped.ts'
import { createStoredTexts } from '../infrastructure/templates/stored-texts.ts'
import { checkText } from '../infrastructure/templates/templates.ts'
import { createTexts } from '../infrastructure/templates/texts.ts'
import { openNotification, refused, type TestNotification } from './fixture.ts'

const textOf = (words: string) => `subject: ${words}\ntitle: ${words}\nshort: ${words}\n---\n<mj-text>{name}</mj-text>`
const garbage = '<!doctype html><title>We are moving</title>'

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
    const unknown = await upsert(of(textOf('x').replace('mj-text', 'mj-nothing'))).catch((error: unknown) => error)
    expect(unknown).toEqual(refused('TEMPLATE_INVALID'))
    expect(String(unknown)).toMatch(/line \d+, mj-nothing: /)
    expect(String(unknown)).not.toContain(process.cwd())
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
    await upsert({ name: 'story_shared', path: 'mails/story_shared' })
    web.files.set('mails/story_shared/de.mjml', { source: textOf('Von außen'), etag: '1' })
    const made = 'story_shared/de, version 1 of http'
    expect(await preview('story_shared', 'de')).toMatchObject({ subject: 'Von außen', madeFrom: made })
    await preview('story_shared', 'de')
    expect(web.asked.filter((each) => each.startsWith('mails/story_shared/de.mjml'))).toHaveLength(1)
  })

  it('that its storage has garbled loses no mail: the shipped one is taken', async () => {
    await upsert({ name: 'subscription_changed', path: 'mails/subscription_changed' })
    web.files.set('mails/subscription_changed/en.mjml', { source: garbage, etag: '1' })
    const reader = await notification.newPerson()
    const data = { path: '/', change: 'created', tier: 'GOLD' }
    await notification.announce({ kind: 'subscription_changed', to: reader, data })
    await notification.sendDue()
    expect(await notification.statusesOf(reader)).toContain('subscription_changed email SENT')
    expect((await notification.mailsOf(reader))[0]?.subject).toBe('Your GOLD subscription has begun')
  })
})

describe('a template is read back', () => {
  const get = (name: string, locale: string) => notification.call(() => notification.app.getTemplate(name, locale))
  const source = (name: string, locale: string) => get(name, locale).then(({ text }) => text.source)
  const remove = (name: string) => notification.call(() => notification.app.deleteTemplate(name))
  const inDatabase = { storage: 'database', path: '' } as const
  const english = (words: string) => [{ locale: 'en', source: textOf(words) }]

  it('as it is used: the shipped one, what operators put in its place, and the shipped one again', async () => {
    const shipped = await get('limit_reached', 'de')
    expect(shipped).toMatchObject({ isShipped: true, template: { id: '', version: 0, storage: 'file' } })
    expect(shipped.text.source).toBe(readShipped().get('limit_reached')?.get('de'))
    const texts = [...english('One'), { locale: 'pt-BR', source: textOf('Um') }]
    const put = () => upsert({ ...inDatabase, name: 'limit_reached', localisations: texts })
    const { id } = await put()
    await put()
    expect(await get('limit_reached', 'pt-br')).toEqual({
      template: expect.objectContaining({ id, version: 2, storage: 'database', locales: ['en', 'pt-BR'] }),
      text: { locale: 'pt-BR', source: textOf('Um'), etag: undefined, isStale: false },
      isShipped: false,
    })
    await expect(get('limit_reached', 'de')).rejects.toEqual(refused('TEXT_NOT_FOUND'))
    await expect(get('limit_reached', 'not a tag')).rejects.toEqual(refused('INVALID_LANGUAGE'))
    expect(await remove('limit_reached')).toMatchObject({ id: '', version: 0, locales: expect.arrayContaining(['de']) })
    expect(await get('limit_reached', 'de')).toEqual(shipped)
    // Of the values that the shipped one names, a preview has none.
    const shownAs = () =>
      preview('limit_reached', 'en').then(
        ({ subject }) => subject,
        ({ reason }) => reason,
      )
    await expect.poll(shownAs, { timeout: 10_000 }).toBe('VALUE_MISSING')
    const events = await notification.database.sql<{ data: object }>(
      'select event_data as data from event_store where stream_id = $1 order by event_version',
      id,
    )
    expect(events.at(-1)?.data).toEqual({
      templateId: id,
      name: 'limit_reached',
      version: 3,
      messageType: 'MESSAGE_TYPE_ALERT',
      storage: 'TEMPLATE_STORAGE_FILE',
      locales: shipped.template.locales,
      isRemoved: true,
    })
    expect(events).toHaveLength(3)
    await expect(remove('limit_reached')).rejects.toEqual(refused('TEMPLATE_NOT_FOUND'))
    const again = await put()
    expect(again).toMatchObject({ version: 1 })
    expect(again.id).not.toBe(id)
    await remove('limit_reached')
  })

  it('from the storage that has it, with its ETag; and as it last was while that is away', async () => {
    web.files.set('back/en.mjml', { source: textOf('Outside'), etag: '"e1"' })
    await upsert({ name: 'from_outside', path: 'back', localisations: [{ locale: 'en' }, { locale: 'de' }] })
    expect((await get('from_outside', 'en')).text).toEqual({
      locale: 'en',
      source: textOf('Outside'),
      etag: '"e1"',
      isStale: false,
    })
    await expect(get('from_outside', 'de')).rejects.toEqual(refused('TEXT_NOT_FOUND'))
    web.setAway(true)
    await upsert({ name: 'from_nowhere', path: 'nowhere', localisations: [{ locale: 'en' }] })
    await expect(get('from_nowhere', 'en')).rejects.toEqual(refused('TEMPLATE_STORE_AWAY'))
    expect(await source('from_outside', 'en')).toBe(textOf('Outside'))
    web.setAway(false)
  })

  it('is gone with its removal where none comes with the platform, but not while a campaign needs it', async () => {
    const { app, call, database } = notification
    await expect(get('nobody_made', 'en')).rejects.toEqual(refused('TEMPLATE_NOT_FOUND'))
    await upsert({ ...inDatabase, name: 'needed', localisations: english('Hello') })
    const reader = await notification.newPerson()
    const init = { name: 'n', template: 'needed', channels: ['email'] as const, data: {} }
    const audience = { kind: 'users', ids: [reader] } as const
    const { campaign } = await call(() => app.createCampaign({ ...init, audience }))
    await expect(remove('needed')).rejects.toEqual(refused('TEMPLATE_IN_USE'))
    await call(() => app.sendCampaign(campaign.id))
    await notification.fanOutAll()
    await expect(remove('needed')).rejects.toEqual(refused('TEMPLATE_IN_USE'))
    await notification.sendDue()
    expect(await notification.statusesOf(reader)).toEqual(['announcement email SENT'])
    expect(await remove('needed')).toBeUndefined()
    await expect(get('needed', 'en')).rejects.toEqual(refused('TEMPLATE_NOT_FOUND'))
    const [event] = await database.sql(
      `select event_data -> 'isRemoved' as gone, event_data -> 'locales' as locales from event_store
       where event_data ->> 'name' = 'needed' order by event_version desc limit 1`,
    )
    expect(event).toEqual({ gone: true, locales: null })
  })
})

describe('texts of other storages', () => {
  let site: ReturnType<typeof createStore>
  let time: number
  let lines: string[]
  beforeEach(async () => {
    site = createStore()
    time = 0
    lines = []
    await notification.database.sql('delete from template_copies')
  })
  const eventually = <T>(read: () => T) => expect.poll(read, { timeout: 10_000 })
  const copies = () => createCopies(notification.database, notification.clock)
  const open = (store = site.store) => {
    const log = createLogger({ service: 'test', level: 'warn', destination: { write: (line) => lines.push(line) } })
    const texts = createStoredTexts(new Map([['http', store]]), copies(), checkText, log, () => time)
    return (path: string) => texts.find({ storage: 'http', path, locale: 'en' })
  }
  const etag = expect.any(String)
  const fresh = (words: string) => ({ source: textOf(words), etag, isStale: false })
  const stale = (words: string) => ({ source: textOf(words), etag, isStale: true })
  const put = (path: string, words: string, etag: string) => site.files.set(path, { source: textOf(words), etag })

  it('are asked about by their ETag once a minute, once for all who read them, while nobody waits', async () => {
    const find = open()
    put('a', 'one', 'e1')
    expect(await Promise.all([find('a'), find('a')])).toEqual([fresh('one'), fresh('one')])
    put('a', 'two', 'e2')
    time += 59_999
    expect(await find('a')).toEqual(fresh('one'))
    time += 1
    expect(await Promise.all([find('a'), find('a')])).toEqual([fresh('one'), fresh('one')])
    await eventually(() => find('a')).toEqual(fresh('two'))
    time += 60_000
    await find('a')
    await eventually(() => site.asked).toEqual(['a -', 'a e1', 'a e2'])
    expect(await find('a')).toEqual(fresh('two'))
  })

  it('outlive their storage, also over a restart, until it says that they are gone', async () => {
    const find = open()
    put('a', 'one', 'e1')
    await find('a')
    site.setAway(true)
    time += 60_000
    expect(await find('a')).toEqual(fresh('one'))
    await eventually(() => find('a')).toEqual(stale('one'))
    const afterRestart = open()
    expect(await afterRestart('a')).toEqual(stale('one'))
    await expect(afterRestart('b')).rejects.toThrow('nobody there')
    expect(lines.map((line) => JSON.parse(line).message)).toEqual([
      'a storage of templates is away; what it last had is used',
      'a storage of templates is away; what it last had is used',
    ])
    site.setAway(false)
    site.files.delete('a')
    time += 60_000
    expect(await afterRestart('a')).toEqual(stale('one'))
    await eventually(() => afterRestart('a')).toBeUndefined()
    expect(await open()('a')).toBeUndefined()
  })

  it('are left alone for some seconds after a try that failed, longer each time', async () => {
    const find = open()
    site.setAway(true)
    for (const pauseMs of [10_000, 20_000, 40_000, 60_000, 60_000]) {
      const before = site.asked.length
      await expect(find('a')).rejects.toThrow('nobody there')
      time += pauseMs - 1
      await expect(find('a')).rejects.toThrow('nobody there')
      expect(site.asked).toHaveLength(before + 1)
      time += 1
    }
    site.setAway(false)
    put('a', 'one', 'e1')
    expect(await find('a')).toEqual(fresh('one'))
  })

  it('that are not there are not asked for again within a minute', async () => {
    const find = open()
    expect(await find('a')).toBeUndefined()
    put('a', 'one', 'e1')
    time += 59_999
    expect(await find('a')).toBeUndefined()
    time += 1
    expect(await find('a')).toEqual(fresh('one'))
    expect(site.asked).toHaveLength(2)
  })

  it('that are no templates replace none, and are complained of once', async () => {
    const find = open()
    put('a', 'one', 'e1')
    await find('a')
    site.files.set('a', { source: garbage, etag: 'e2' })
    time += 60_000
    await find('a')
    await eventually(() => find('a')).toEqual(stale('one'))
    time += 10_000
    await find('a')
    await eventually(() => site.asked).toEqual(['a -', 'a e1', 'a e1'])
    expect(await find('a')).toEqual(stale('one'))
    expect(await copies().find('http', 'a')).toEqual({ source: textOf('one'), etag: 'e1' })
    expect(lines).toHaveLength(1)
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ metadata: { storage: 'http', path: 'a' } })
    put('a', 'three', 'e3')
    time += 60_000
    await find('a')
    await eventually(() => find('a')).toEqual(fresh('three'))
  })

  it('that are no templates although they were kept as copies are as if nothing had been had', async () => {
    await copies().keep('http', 'a', { source: garbage, etag: 'e1' })
    site.files.set('a', { source: garbage, etag: 'e1' })
    await expect(open()('a')).rejects.toEqual(refused('TEMPLATE_INVALID'))
    put('a', 'one', 'e2')
    expect(await open()('a')).toEqual(fresh('one'))
    expect(site.asked).toEqual(['a -', 'a -'])
  })

  it('are waited for a second where nothing is had, and asked for again, whatever the storage does', async () => {
    let asked = 0
    const hung: TemplateStore = {
      kind: 'http',
      fetch: () => {
        asked += 1
        return new Promise(() => {})
      },
    }
    await copies().keep('http', 'kept', { source: textOf('one'), etag: 'e1' })
    const find = open(hung)
    const took = async (path: string) => {
      const started = performance.now()
      await expect(find(path)).rejects.toEqual(refused('TEMPLATE_STORE_UNAVAILABLE'))
      return performance.now() - started
    }
    const [first, second] = await Promise.all([took('a'), took('a')])
    expect(Math.max(first, second)).toBeLessThan(2_500)
    expect(await took('a')).toBeLessThan(500)
    const started = performance.now()
    expect(await find('kept')).toEqual(stale('one'))
    expect(performance.now() - started).toBeLessThan(500)
    expect(asked).toBe(2)
    await eventually(() => lines.length).toBe(1)
    await expect(find('a')).rejects.toMatchObject({ name: 'TimeoutError' })
    time += 10_000
    await took('a')
    expect(asked).toBe(3)
  }, 20_000)

  it('lead to the closest that can be had, else to the shipped one', async () => {
    const locales = ['de-AT', 'de', 'en'] as const
    const names = ['story_analyzed', 'of_operators'] as const
    for (const name of names) {
      await upsert({ name, path: name, localisations: locales.map((locale) => ({ locale })) })
    }
    const chains = { 'de-AT': ['de-AT', 'de', 'en'], 'de-CH-x-y': ['de', 'en'], fr: ['en'] } as const
    const state = fc.constantFrom('there', 'absent', 'garbled', 'away')
    const states = fc.record({ 'de-AT': state, de: state, en: state })
    const language = fc.constantFrom(...(Object.keys(chains) as (keyof typeof chains)[]))
    const property = fc.asyncProperty(states, language, fc.constantFrom(...names), async (has, wanted, name) => {
      await notification.database.sql('delete from template_copies')
      const store: TemplateStore = {
        kind: 'http',
        fetch: async (path) => {
          const locale = locales.find((each) => path === `${name}/${each}.mjml`) ?? 'en'
          if (has[locale] === 'away') throw new Error('nobody there')
          if (has[locale] === 'absent') return undefined
          return { source: has[locale] === 'there' ? textOf(locale) : garbage, etag: undefined }
        },
      }
      const stored = createStoredTexts(new Map([['http', store]]), copies(), checkText, testLog)
      const texts = createTexts(notification.database, readShipped(), stored)
      const found = await texts.find(name, wanted).catch(({ reason }: { reason: string }) => ({ madeFrom: reason }))
      const first = chains[wanted].find((locale) => has[locale] !== 'absent')
      const ofStore = first && has[first] === 'there' ? `${name}/${first}, version 1 of http` : undefined
      const shipped = `${name}/${wanted.slice(0, 2)}, shipped, for http does not have it at present`
      const expected = ofStore ?? (name === 'of_operators' ? 'TEMPLATE_STORE_AWAY' : shipped)
      expect(found.madeFrom).toBe(expected)
    })
    await fc.assert(property, { numRuns: 60 })
  })
})
