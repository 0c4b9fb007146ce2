import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { recordedEvents } from '#shared/domain/aggregate.ts'
import { Publishing } from '../domain/publishing.ts'
import { Story } from '../domain/story.ts'
import type { StoryInit, StoryStatus, Visibility } from '../domain/story-parts.ts'
import { isListed, visibleVersion } from '../domain/visibility.ts'
import { hashedText } from '../infrastructure/hashed-text.ts'

const bare = { narration: 'left-out', film: 'left-out', allowPartial: false } as const

const now = new Date('2026-11-20T10:00:00Z')

const begin = ({ content = 'a text', ...parts }: Partial<StoryInit> & { content?: string } = {}) =>
  Story.begin(
    {
      id: 'story',
      authorId: 'ann',
      title: 'The Mill',
      text: hashedText(content),
      language: '',
      visibility: 'public',
      category: '',
      genre: '',
      usageKey: 'reserved',
      ...parts,
    },
    now,
  )

const finish = (story: Story) => {
  const { contentHash, language } = story
  story.finishAnalysis({ contentHash, language, segments: 1, emotions: 0, characters: [] }, now)
}

const namesOf = (story: Story) => recordedEvents(story).map(({ schema }) => schema.name)

describe('a story', () => {
  it('begins as a draft, in English unless it says otherwise', () => {
    const story = begin({ title: '  The Mill ' })
    expect(story).toMatchObject({ title: 'The Mill', language: 'en', status: 'draft', version: 1, publishedVersion: 0 })
    expect(story.contentHash).toBe(hashedText('a text').hash)
    expect(begin({ language: 'de-at' }).language).toBe('de-AT')
    expect(namesOf(story)).toEqual(['StoryCreated'])
  })

  it.each([
    ['ab', 'INVALID_TITLE'],
    [' ab ', 'INVALID_TITLE'],
    ['x'.repeat(501), 'INVALID_TITLE'],
    ['a\0bc', 'INVALID_TEXT'],
  ])('refuses the title %j', (title, reason) => {
    expect(() => begin({ title })).toThrow(expect.objectContaining({ reason }))
  })

  it('counts characters of a title, not UTF-16 units', () => {
    expect(begin({ title: '😀'.repeat(500) }).title).toHaveLength(1000)
    expect(() => begin({ title: '😀'.repeat(2) })).toThrow(expect.objectContaining({ reason: 'INVALID_TITLE' }))
  })

  it('goes back to draft when its text changes, and is stale until it is analysed again', () => {
    const story = begin()
    story.requestAnalysis(now)
    finish(story)
    expect(story).toMatchObject({ status: 'analyzed', isStale: false })
    expect(story.edit({ text: hashedText('another text') }, 1, now)).toBe(true)
    expect(story).toMatchObject({ status: 'draft', version: 2, isStale: true })
    expect(story.edit({ text: hashedText('a text') }, 2, now)).toBe(true)
    expect(story).toMatchObject({ status: 'analyzed', version: 3, isStale: false })
  })

  it('stays analysed when only its title changes, and public settings make no version', () => {
    const story = begin()
    finish(story)
    expect(story.edit({ title: 'New title' }, 1, now)).toBe(true)
    expect(story).toMatchObject({ status: 'analyzed', version: 2 })
    expect(story.edit({ visibility: 'private', genre: 'tale' }, 2, now)).toBe(false)
    expect(story).toMatchObject({ version: 2, visibility: 'private' })
    const events = namesOf(story).length
    expect(story.edit({ title: 'New title', text: hashedText('a text'), genre: 'tale' }, 2, now)).toBe(false)
    expect(namesOf(story)).toHaveLength(events)
  })

  it('waits on for an analysis while its title changes, but not when its text does', () => {
    const story = begin()
    story.requestAnalysis(now)
    story.edit({ title: 'New title' }, 1, now)
    expect(story.status).toBe('analyzing')
    story.edit({ text: hashedText('other') }, 2, now)
    expect(story.status).toBe('draft')
    const outcome = { contentHash: hashedText('a text').hash, language: 'en', segments: 1, emotions: 0, characters: [] }
    story.finishAnalysis(outcome, now)
    story.failAnalysis(outcome, 'late', now)
    expect(story).toMatchObject({ status: 'draft', analysedHash: undefined })
  })

  it('goes back to draft when its analysis fails, and tells why', () => {
    const story = begin()
    story.requestAnalysis(now)
    story.failAnalysis({ contentHash: story.contentHash, language: 'en' }, 'no engine', now)
    expect(story.status).toBe('draft')
    expect(recordedEvents(story).at(-1)?.message).toMatchObject({ storyId: 'story', reason: 'no engine' })
  })

  it('is changed, analysed, published and shared no more once archived', () => {
    const story = begin()
    finish(story)
    story.archive(now)
    story.archive(now)
    const archived = expect.objectContaining({ reason: 'STORY_ARCHIVED' })
    expect(() => story.edit({ title: 'New title' }, 1, now)).toThrow(archived)
    expect(() => story.requestAnalysis(now)).toThrow(archived)
    expect(() => Publishing.start('p', story, bare, now)).toThrow(archived)
    expect(() => story.publish({ version: 1, title: 'The Mill', language: 'en' }, now)).toThrow(archived)
    expect(() => story.share('s', now)).toThrow(archived)
    expect(() => story.customize({ accentColor: '#ffffff' }, now)).toThrow(archived)
    expect(() => story.changeCast(now)).toThrow(archived)
    expect(namesOf(story).filter((name) => name === 'StoryArchived')).toHaveLength(1)
  })

  it('refuses a change made from another version, naming the present one', () => {
    const story = begin()
    expect(() => story.edit({ title: 'New title' }, 2, now)).toThrow(
      expect.objectContaining({
        kind: 'conflict',
        reason: 'VERSION_CONFLICT',
        details: { metadata: { version: '1' } },
      }),
    )
  })

  it('is published once a version', () => {
    const story = begin()
    expect(() => Publishing.start('p', story, bare, now)).toThrow(
      expect.objectContaining({ reason: 'STORY_NOT_ANALYZED' }),
    )
    finish(story)
    story.publish({ version: 1, title: 'The Mill', language: 'en' }, now)
    expect(() => Publishing.start('p', story, bare, now)).toThrow(
      expect.objectContaining({ reason: 'STORY_ALREADY_PUBLISHED' }),
    )
  })
})

type Move =
  | { kind: 'edit'; content?: string; title?: string; language?: string }
  | { kind: 'ask' | 'finish' | 'fail' | 'publish' | 'archive' }

const moves: fc.Arbitrary<Move> = fc.oneof(
  fc.record({ kind: fc.constant('edit' as const), content: fc.constantFrom('', 'one', 'two') }),
  fc.record({ kind: fc.constant('edit' as const), title: fc.constantFrom('First', 'Second') }),
  fc.record({ kind: fc.constant('edit' as const), language: fc.constantFrom('en', 'en-GB', 'de') }),
  fc.record({ kind: fc.constantFrom('ask', 'ask', 'finish', 'finish', 'fail', 'publish') }) as fc.Arbitrary<Move>,
  fc.record({ kind: fc.constant('archive' as const) }).map((move): Move => move),
)

const make = (story: Story, move: Move): void => {
  const text = { contentHash: story.contentHash, language: story.language }
  if (move.kind === 'edit') {
    const { content, ...change } = move
    story.edit({ ...change, text: content === undefined ? undefined : hashedText(content) }, story.version, now)
  }
  if (move.kind === 'ask' && !story.isAnalysed) story.requestAnalysis(now)
  if (move.kind === 'finish' && story.status === 'analyzing') finish(story)
  if (move.kind === 'fail') story.failAnalysis(text, 'failed', now)
  if (move.kind === 'archive') story.archive(now)
  if (move.kind !== 'publish') return
  story.mustBePublishable()
  story.publish({ version: story.version, title: story.title, language: story.language }, now)
}

describe('whatever is done to a story', () => {
  it('its status says what its texts say', () => {
    fc.assert(
      fc.property(fc.array(moves, { maxLength: 30 }), (all) => {
        const story = begin({ content: 'one' })
        for (const move of all) {
          const { version, publishedVersion, contentHash, title, language } = story
          try {
            make(story, move)
          } catch (error) {
            expect(error).toMatchObject({ kind: 'precondition' })
          }
          const isNewText =
            [contentHash, title, language].join() !== [story.contentHash, story.title, story.language].join()
          expect(story.version).toBe(version + (isNewText ? 1 : 0))
          expect(story.publishedVersion).toBeGreaterThanOrEqual(publishedVersion)
          expect(story.publishedVersion).toBeLessThanOrEqual(story.version)
          expect(story.isStale && story.isAnalysed).toBe(false)
          if (story.status === 'analyzed' || story.status === 'published') expect(story.isAnalysed).toBe(true)
          if (story.status === 'analyzing' || story.status === 'draft') expect(story.isAnalysed).toBe(false)
          if (story.status === 'published') expect(story.publishedVersion).toBe(story.version)
          expect(story.publishedAt !== undefined).toBe(story.publishedVersion > 0)
        }
      }),
      { numRuns: 500 },
    )
  })
})

describe('who sees which version', () => {
  const facts = (status: StoryStatus, visibility: Visibility, publishedVersion: number) => ({
    authorId: 'ann',
    status,
    visibility,
    version: 3,
    publishedVersion,
  })
  const see = (story: ReturnType<typeof facts>, userId: string | undefined, shared = false) =>
    visibleVersion(story, { userId, shared })

  it.each<[StoryStatus, Visibility, number, number | undefined, number | undefined]>([
    // status, visibility, published version → a reader sees, who has a link sees
    ['draft', 'public', 0, undefined, 3],
    ['draft', 'public', 2, 2, 2],
    ['analyzing', 'public', 2, 2, 2],
    ['analyzed', 'unlisted', 2, 2, 2],
    ['analyzed', 'private', 2, undefined, 2],
    ['analyzed', 'private', 0, undefined, 3],
    ['published', 'public', 3, 3, 3],
    ['published', 'unlisted', 3, 3, 3],
    ['published', 'private', 3, undefined, 3],
    ['archived', 'public', 3, undefined, undefined],
    ['archived', 'unlisted', 0, undefined, undefined],
  ])('%s, %s, published %i', (status, visibility, published, reader, shared) => {
    const story = facts(status, visibility, published)
    expect(see(story, 'ann')).toBe(3)
    expect(see(story, 'ben')).toBe(reader)
    expect(see(story, undefined)).toBe(reader)
    expect(see(story, 'ben', true)).toBe(shared)
    expect(isListed(story)).toBe(reader !== undefined && visibility === 'public')
  })
})
