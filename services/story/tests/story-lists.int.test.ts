import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { uuidv7 } from '#shared/infrastructure/uuid.ts'
import { whileLockedIn } from '../../shared/tests/rivals.ts'
import type { ListFilter, StoryOrder } from '../application/views.ts'
import { titleKey } from '../infrastructure/list-writes.ts'
import { openStory, storySteps, type TestStory } from './story-fixture.ts'

let fixture: TestStory
let steps: ReturnType<typeof storySteps>

beforeAll(async () => {
  fixture = await openStory('story_lists')
  steps = storySteps(fixture)
})

afterAll(async () => {
  const violations = await fixture.violations()
  await fixture.close()
  expect(violations).toEqual([])
})

const filterOf = (parts: Partial<ListFilter> = {}): ListFilter => ({
  viewer: undefined,
  author: undefined,
  status: undefined,
  language: undefined,
  order: 'updated',
  ...parts,
})

const titles = async (filter: Partial<ListFilter>) => {
  const { items } = await fixture.app.listStories(filterOf(filter), { size: 100, token: '' })
  return items.map(({ title }) => title).sort()
}

describe('the list', () => {
  it('shows one’s own in every state, and of others what is published and public', async () => {
    const [ann, ben] = [uuidv7(), uuidv7()]
    await steps.create(ann, { title: 'Draft' })
    await steps.createPublished(ann, { title: 'Public' })
    await steps.createPublished(ann, { title: 'Unlisted', visibility: 'unlisted' })
    await steps.createPublished(ann, { title: 'Private', visibility: 'private' })
    const archived = await steps.createPublished(ann, { title: 'Archived' })
    await fixture.call(() => fixture.app.archiveStory(ann, archived))
    expect(await titles({ viewer: ann, author: ann })).toEqual(['Archived', 'Draft', 'Private', 'Public', 'Unlisted'])
    expect(await titles({ viewer: ben, author: ann })).toEqual(['Public'])
    expect(await titles({ author: ann })).toEqual(['Public'])
    expect(await titles({ viewer: ann })).toEqual(['Public'])
    expect(await titles({ viewer: ann, author: ann, status: 'draft' })).toEqual(['Draft'])
    expect(await titles({ author: ann, status: 'draft' })).toEqual([])
    expect(await titles({ viewer: ann, author: ann, language: 'de' })).toEqual([])
    expect(await titles({ viewer: ann, author: ann, language: 'EN', status: 'published' })).toEqual([
      'Private',
      'Public',
      'Unlisted',
    ])
  })

  it('shows what tells the version that is shown, and offers an author’s voices to them alone', async () => {
    const [ann, ben] = [uuidv7(), uuidv7()]
    const id = await steps.createPublished(ann, { title: 'Told' })
    const [narrationId, voiceId] = [uuidv7(), uuidv7()]
    const { contentHash, version } = await steps.get(id, ann)
    const note = (storyId: string, hash: string, storyVersion: number) =>
      fixture.call(async () =>
        fixture.narrations.noteNarration({ storyId, narrationId, storyVersion, contentHash: hash, durationMs: 1200 }),
      )
    const shown = async (viewer: string) => {
      const own = filterOf(viewer === ann ? { viewer, author: ann } : { viewer })
      const { items } = await fixture.app.listStories(own, { size: 100, token: '' })
      const { items: found } = await fixture.call(() =>
        fixture.app.searchStories('told', viewer, { size: 50, token: '' }),
      )
      const read = await steps.get(id, viewer)
      return [items.find((item) => item.id === id), found.find(({ story }) => story.id === id)?.story, read].map(
        (view) => view && [view.narrationId, view.narrationDurationMs],
      )
    }
    const [told, untold] = [
      [narrationId, 1200],
      ['', 0],
    ]
    await note(uuidv7(), contentHash, version)
    expect(await shown(ann)).toEqual([untold, untold, untold])
    await note(id, contentHash, version)
    for (const viewer of [ann, ben]) expect(await shown(viewer)).toEqual([told, told, told])
    // A new title is not published yet, and neither is what says it.
    const retitle = { title: 'Told again' }
    const { version: newer } = await fixture.call(() => fixture.app.updateStory(ann, id, version, retitle))
    await note(id, contentHash, newer)
    expect(await shown(ann)).toEqual([told, told, told])
    expect(await shown(ben)).toEqual([untold, untold, untold])
    await fixture.call(async () => fixture.narrations.offerVoice(ann, voiceId))
    expect((await steps.get(id, ann)).offeredVoiceIds).toEqual([voiceId])
    expect((await steps.get(id, ben)).offeredVoiceIds).toEqual([])
    await fixture.call(async () => fixture.narrations.withdrawVoice(voiceId))
    expect((await steps.get(id, ann)).offeredVoiceIds).toEqual([])
  })

  it('shows readers the published title while the author has a newer one', async () => {
    const ann = uuidv7()
    const id = await steps.createPublished(ann, { title: 'Old title' })
    await fixture.call(() => fixture.app.updateStory(ann, id, 1, { title: 'New title' }))
    expect(await titles({ author: ann })).toEqual(['Old title'])
    expect(await titles({ author: ann, viewer: ann })).toEqual(['New title'])
    await fixture.call(() => fixture.app.updateStory(ann, id, 2, { visibility: 'private' }))
    expect(await titles({ author: ann })).toEqual([])
    await fixture.call(() => fixture.app.updateStory(ann, id, 2, { visibility: 'public' }))
    expect(await titles({ author: ann })).toEqual(['Old title'])
  })

  it('never skips nor repeats a story, whatever is added between two pages', async () => {
    const letters = fc.constantFrom('a', 'B', 'c', 'É', 'e', 'ß', '9', '龍', '😀')
    const title = fc.array(letters, { minLength: 3, maxLength: 5 }).map((parts) => parts.join(''))
    const added = fc.record({ title, pause: fc.nat(2) })
    await fc.assert(
      fc.asyncProperty(
        fc.array(added, { minLength: 1, maxLength: 12 }),
        fc.array(added, { maxLength: 6 }),
        fc.constantFrom<StoryOrder>('updated', 'created', 'title'),
        fc.integer({ min: 1, max: 4 }),
        async (before, between, order, size) => {
          const author = uuidv7()
          const add = async ({ title, pause }: { title: string; pause: number }) => {
            fixture.clock.advance(pause)
            return (await steps.create(author, { title, content: '' })).id
          }
          const first = new Set<string>()
          for (const one of before) first.add(await add(one))
          const seen: { id: string; title: string }[] = []
          let token = ''
          do {
            const filter = filterOf({ viewer: author, author, order })
            const page = await fixture.app.listStories(filter, { size, token })
            expect(page.items.length).toBeLessThanOrEqual(size)
            seen.push(...page.items)
            token = page.nextPageToken
            const next = between.shift()
            if (next) await add(next)
          } while (token !== '')
          const ids = seen.map(({ id }) => id)
          expect(new Set(ids).size).toBe(ids.length)
          expect(ids.filter((id) => first.has(id)).length).toBe(first.size)
          const keys = seen.map((story) => Buffer.from(titleKey(story.title)))
          if (order === 'title') expect(keys).toEqual([...keys].sort(Buffer.compare))
        },
      ),
      { numRuns: 40 },
    )
  })

  it('refuses page tokens of anybody’s making', async () => {
    const forged = [['x', uuidv7()], [new Date(), 'x'], [1], [new Date(), uuidv7(), 3], ['a\0', uuidv7()]]
    for (const values of forged) {
      const token = Buffer.from(JSON.stringify(values)).toString('base64url')
      await expect(fixture.app.listStories(filterOf(), { size: 5, token })).rejects.toMatchObject({
        reason: 'INVALID_PAGE_TOKEN',
      })
    }
    const page = { size: 5, token: '%%%' }
    await expect(fixture.app.searchStories('x', undefined, page)).rejects.toMatchObject({
      reason: 'INVALID_PAGE_TOKEN',
    })
  })

  it('is read by its indexes, without sorting', async () => {
    const client = await fixture.database.pool.connect()
    const planOf = async (condition: string, order: string) => {
      const { rows } = await client.query(
        `explain select story_id from story_list where ${condition} order by ${order} limit 20`,
      )
      return JSON.stringify(rows)
    }
    try {
      // A test's tables are so small that the planner may find anything else cheaper; without, it shows what is possible.
      await client.query('begin')
      for (const way of ['seqscan', 'bitmapscan', 'sort']) await client.query(`set local enable_${way} = off`)
      for (const order of ['updated_at desc, story_id desc', 'created_at desc, story_id desc', 'title_key, story_id']) {
        const own = await planOf(`audience = 'author' and author_id = '${uuidv7()}'`, order)
        expect(own).toMatch(/using story_list_author_/)
        expect(own).not.toContain('Sort')
        const readers = await planOf(`audience = 'readers'`, order)
        expect(readers).toMatch(/using story_list_readers_/)
        expect(readers).not.toContain('Sort')
      }
      await client.query('rollback')
    } finally {
      client.release()
    }
  })
})

describe('the search', () => {
  const search = async (query: string, viewer?: string) =>
    (await fixture.call(() => fixture.app.searchStories(query, viewer, { size: 100, token: '' }))).items
  const indexed = async (author: string) => {
    const [row] = await fixture.database.sql<{ count: number }>(
      `select count(document)::integer from story_versions join stories on id = story_id where author_id = $1`,
      author,
    )
    return row?.count
  }

  it('finds words in their forms, in the language of the story, and marks them', async () => {
    const ann = uuidv7()
    const german = 'Der alte Fischer zählte abends seine Boote am Hafen und sang dabei ein Lied vom Meer.'
    const id = await steps.createPublished(ann, { title: 'Am Hafen', language: 'de', content: `${german} ${german}` })
    const [hit, ...others] = await search('Fischern Boot')
    expect(others).toEqual([])
    expect(hit?.story).toMatchObject({ id, title: 'Am Hafen', status: 'published' })
    expect(hit?.snippet).toContain('**Fischer**')
    expect(hit?.snippet).toContain('**Boote**')
    expect(await search('Fischer -Hafen')).toEqual([])
    expect(await search('"Boote am Hafen"')).toHaveLength(1)
    expect(await search('"Hafen am Boote"')).toEqual([])
  })

  it('puts what the title says first', async () => {
    const ann = uuidv7()
    const filler = 'Some words stand here so that the text is long enough to be read by anybody at all, it seems to me.'
    await steps.createPublished(ann, { title: 'Plain', content: `${filler} The xylophone played.` })
    const titled = await steps.createPublished(ann, { title: 'The Xylophone', content: filler })
    const hits = await search('xylophone')
    expect(hits.map(({ story }) => story.id)[0]).toBe(titled)
    expect(hits).toHaveLength(2)
    expect(hits[0]?.rank).toBeGreaterThan(hits[1]?.rank ?? 1)
  })

  it('finds drafts for their author alone, and for readers only what was published', async () => {
    const ann = uuidv7()
    const id = await steps.createPublished(ann, { title: 'Quokka tales' })
    await steps.create(ann, { title: 'A quokka draft', content: '' })
    await fixture.call(() => fixture.app.updateStory(ann, id, 1, { title: 'Wombat tales' }))
    const found = async (query: string, viewer?: string) =>
      (await search(query, viewer)).map(({ story }) => story.title).sort()
    expect(await found('quokka')).toEqual(['Quokka tales'])
    expect(await found('wombat')).toEqual([])
    expect(await found('quokka', ann)).toEqual(['A quokka draft'])
    expect(await found('wombat', ann)).toEqual(['Wombat tales'])
    await fixture.call(() => fixture.app.archiveStory(ann, id))
    expect(await found('quokka')).toEqual([])
  })

  it('indexes a draft when its author first looks for something, what is published at once, and nothing older', async () => {
    const [ann, bob] = [uuidv7(), uuidv7()]
    const { id } = await steps.create(ann, { title: 'Narwhal one' })
    await fixture.call(() => fixture.app.updateStory(ann, id, 1, { title: 'Narwhal two' }))
    await search('narwhal', bob)
    expect(await indexed(ann)).toBe(0)
    expect(await search('narwhal', ann)).toHaveLength(1)
    expect(await indexed(ann)).toBe(1)
    await fixture.call(() => fixture.app.updateStory(ann, id, 2, { title: 'Narwhal three' }))
    expect(await indexed(ann)).toBe(0)
    await steps.createPublished(bob, { title: 'Narwhals of others' })
    expect(await indexed(bob)).toBe(1)
    expect((await search('narwhal', ann)).map(({ story }) => story.title).sort()).toEqual([
      'Narwhal three',
      'Narwhals of others',
    ])
    expect(await fixture.violations()).toEqual([])
  })

  it('finds however many drafts there are, whoever else looks for them or writes them meanwhile', async () => {
    const ann = uuidv7()
    const created = await Promise.all(Array.from({ length: 90 }, (_, n) => steps.create(ann, { title: `Okapi ${n}` })))
    const ids = created.map(({ id }) => id)
    const [written, left] = [ids.slice(0, 30), ids.slice(30)]
    const found = async () => (await search('okapi', ann)).map(({ story }) => story.id)
    const rewrite = (id: string) => fixture.call(() => fixture.app.updateStory(ann, id, 1, { title: 'Okapi again' }))
    const searches = await Promise.all([found(), found(), ...written.map(rewrite)])
    for (const hits of searches.slice(0, 2)) expect(hits).toEqual(expect.arrayContaining(left))
    expect((await found()).sort()).toEqual([...ids].sort())
    expect(await indexed(ann)).toBe(90)
    expect(await fixture.violations()).toEqual([])
  })

  it('waits for a draft that another search is indexing', async () => {
    const ann = uuidv7()
    await steps.create(ann, { title: 'Axolotl' })
    const other = `update story_versions set searchable = true, draft_of = null where draft_of = $1`
    const found: string[] = []
    const look = async () => found.push(...(await search('axolotl', ann)).map(({ story }) => story.title))
    await whileLockedIn(fixture.database)(other, ann, look, async () => expect(found).toEqual([]))
    expect(found).toEqual(['Axolotl'])
  })

  it('goes on page by page without skipping or repeating', async () => {
    const ann = uuidv7()
    for (let n = 0; n < 7; n += 1) await steps.create(ann, { title: `Zebra ${n}`, content: 'zebra '.repeat(n % 3) })
    const seen: string[] = []
    let token = ''
    do {
      const page = await fixture.call(() => fixture.app.searchStories('zebra', ann, { size: 2, token }))
      seen.push(...page.items.map(({ story }) => story.id))
      token = page.nextPageToken
    } while (token !== '')
    expect(seen).toHaveLength(7)
    expect(new Set(seen).size).toBe(7)
  })

  it('takes every text that a story may have', async () => {
    const ann = uuidv7()
    const word = (n: number) => n.toString(36).padStart(4, 'q')
    const odd = [
      Array.from({ length: 400_000 }, (_, n) => word(n)).join(' '),
      Array.from({ length: 200_000 }, (_, n) => `${word(n)}-${word(n + 7)}`).join(' '),
      Array.from({ length: 120_000 }, (_, n) => `${word(n)}.de/${word(n + 3)}`).join(' '),
      '𝒳𝒴 '.repeat(200_000),
      'x'.repeat(2_000_000),
    ]
    for (const content of odd) {
      for (const language of ['en', 'xx']) await steps.create(ann, { title: 'Odd text', language, content })
    }
    expect(await search('odd text', ann)).toHaveLength(odd.length * 2)
  })

  it('takes every query', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }), async (query) => {
        if (!query.includes('\0')) expect(Array.isArray(await search(query))).toBe(true)
      }),
      { numRuns: 100 },
    )
  })
})
