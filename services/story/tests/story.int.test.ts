import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { uuidv7 } from '#shared/infrastructure/uuid.ts'
import { bare, openStory, otherTale, storySteps, type TestStory, tale } from './story-fixture.ts'

let fixture: TestStory
let steps: ReturnType<typeof storySteps>

beforeAll(async () => {
  fixture = await openStory('story')
  steps = storySteps(fixture)
})

afterAll(async () => {
  const violations = await fixture.violations()
  await fixture.close()
  expect(violations).toEqual([])
})

const ann = uuidv7()
const ben = uuidv7()
const notFound = { reason: 'STORY_NOT_FOUND' }

describe('a story and its readers', () => {
  it('is seen by its author alone until it is published', async () => {
    const { id } = await steps.create(ann)
    expect(await steps.get(id, ann)).toMatchObject({ title: 'The Mill', content: tale, status: 'draft', version: 1 })
    await expect(steps.get(id, ben)).rejects.toMatchObject(notFound)
    await expect(steps.get(id)).rejects.toMatchObject(notFound)
    await steps.analyse(ann, id)
    await steps.publish(ann, id)
    expect(await steps.get(id)).toMatchObject({ status: 'published', version: 1, publishedVersion: 1 })
  })

  it('shows readers the published version while its author goes on writing', async () => {
    const id = await steps.createPublished(ann)
    const edited = await fixture.call(() =>
      fixture.app.updateStory(ann, id, 1, { title: 'The Old Mill', content: otherTale }),
    )
    expect(edited).toMatchObject({ status: 'draft', version: 2, publishedVersion: 1, analysisStale: true })
    expect(await steps.get(id, ben)).toMatchObject({
      status: 'published',
      version: 1,
      title: 'The Mill',
      content: tale,
      analysisStale: false,
    })
    await steps.analyse(ann, id)
    expect(await steps.get(id, ben)).toMatchObject({ version: 1, title: 'The Mill' })
    await steps.publish(ann, id)
    expect(await steps.get(id, ben)).toMatchObject({ version: 2, title: 'The Old Mill', content: otherTale })
    expect(await fixture.events(id)).toEqual([
      'StoryCreated',
      'StoryAnalysisRequested',
      'StoryAnalyzed',
      'CharactersExtracted',
      'StoryPublished',
      'StoryUpdated',
      'StoryAnalysisRequested',
      'StoryAnalyzed',
      'CharactersExtracted',
      'StoryPublished',
    ])
  })

  it('publishes the version that it was when publishing began', async () => {
    const { id } = await steps.create(ann)
    await steps.analyse(ann, id)
    const publishing = await fixture.call(() => fixture.app.publishStory(ann, id, bare))
    await fixture.call(() => fixture.app.updateStory(ann, id, 1, { content: otherTale }))
    await fixture.call(() => fixture.app.completePublishing(publishing.id))
    expect(await steps.get(id, ben)).toMatchObject({ version: 1, content: tale, status: 'published' })
    expect(await steps.get(id, ann)).toMatchObject({ version: 2, status: 'draft', publishedVersion: 1 })
    const versions = await fixture.app.listVersions(ann, id, { size: 10, token: '' })
    expect(versions.items.map(({ version, publishedAt }) => [version, publishedAt !== undefined])).toEqual([
      [2, false],
      [1, true],
    ])
  })

  it('lets others neither change it nor learn of a draft', async () => {
    const draft = await steps.create(ann)
    const id = await steps.createPublished(ann)
    const change = (storyId: string) => fixture.call(() => fixture.app.updateStory(ben, storyId, 1, { title: 'Mine' }))
    await expect(change(draft.id)).rejects.toMatchObject(notFound)
    await expect(change(id)).rejects.toMatchObject({ kind: 'denied', reason: 'NOT_THE_AUTHOR' })
    await expect(fixture.app.listVersions(ben, id, { size: 1, token: '' })).rejects.toMatchObject({
      reason: 'NOT_THE_AUTHOR',
    })
  })

  it('loses no edit: of two made from one version, the second is refused', async () => {
    const { id } = await steps.create(ann)
    const edits = await Promise.allSettled(
      ['First', 'Second', 'Third'].map((title) =>
        fixture.call(() => fixture.app.updateStory(ann, id, 1, { title: `The ${title}` })),
      ),
    )
    expect(edits.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    for (const edit of edits) if (edit.status === 'rejected') expect(edit.reason.reason).toBe('VERSION_CONFLICT')
    expect(await steps.get(id, ann)).toMatchObject({ version: 2, content: tale })
  })

  it('is out of sight once archived, also for who has a link', async () => {
    const id = await steps.createPublished(ann)
    const { token } = await fixture.call(() => fixture.app.shareStory(ann, id, undefined))
    const archived = await fixture.call(() => fixture.app.archiveStory(ann, id))
    expect(archived.status).toBe('archived')
    await expect(steps.get(id, ben)).rejects.toMatchObject(notFound)
    await expect(steps.get(id, ben, token)).rejects.toMatchObject(notFound)
    expect(await steps.get(id, ann)).toMatchObject({ status: 'archived' })
    await expect(fixture.call(() => fixture.app.updateStory(ann, id, 1, { title: 'Back' }))).rejects.toMatchObject({
      reason: 'STORY_ARCHIVED',
    })
  })

  it('leaves nothing behind when it is deleted', async () => {
    const id = await steps.createPublished(ann)
    await fixture.call(() => fixture.app.shareStory(ann, id, undefined))
    await fixture.call(() => fixture.app.deleteStory(ann, id))
    const [left] = await fixture.database.sql(
      `select (select count(*) from stories where id = $1) + (select count(*) from story_versions where story_id = $1)
         + (select count(*) from story_list where story_id = $1) + (select count(*) from story_shares where story_id = $1)
         + (select count(*) from story_analyses where story_id = $1) + (select count(*) from publishings where story_id = $1)
         + (select count(*) from story_characters where story_id = $1)
         + (select count(*) from story_emotions where story_id = $1) as rows`,
      id,
    )
    expect(left).toEqual({ rows: 0 })
    expect((await fixture.events(id)).at(-1)).toBe('StoryDeleted')
    await expect(steps.get(id, ann)).rejects.toMatchObject(notFound)
  })

  it('keeps what was customized, and takes a private story back from readers', async () => {
    const id = await steps.createPublished(ann)
    const custom = { coverUrl: 'https://example.com/c.png', accentColor: '#AABBCC', shellLanguage: 'de-at' }
    await fixture.call(() => fixture.app.customizeStory(ann, id, custom))
    expect((await steps.get(id, ben)).customization).toEqual({
      coverUrl: 'https://example.com/c.png',
      accentColor: '#aabbcc',
      defaultNarratorVoiceId: '',
      shellLanguage: 'de-AT',
    })
    await fixture.call(() => fixture.app.updateStory(ann, id, 1, { visibility: 'private' }))
    await expect(steps.get(id, ben)).rejects.toMatchObject(notFound)
    expect(await steps.get(id, ann)).toMatchObject({ status: 'published', version: 1 })
  })

  it('refuses what Postgres cannot hold, as the caller’s mistake', async () => {
    await expect(steps.create(ann, { content: 'a\0b' })).rejects.toMatchObject({ reason: 'INVALID_TEXT' })
    await expect(steps.create(ann, { title: 'a\0bc' })).rejects.toMatchObject({ reason: 'INVALID_TEXT' })
    await expect(steps.create(ann, { title: ' ab ' })).rejects.toMatchObject({ reason: 'INVALID_TITLE' })
    await expect(steps.create(ann, { language: 'x' })).rejects.toMatchObject({ reason: 'INVALID_LANGUAGE' })
  })
})

describe('a share link', () => {
  it('opens a draft until it expires, and no other story', async () => {
    const { id } = await steps.create(ann, { visibility: 'private' })
    const other = await steps.create(ann)
    const share = await fixture.call(() => fixture.app.shareStory(ann, id, undefined))
    expect(share.token).toMatch(/^[\w-]{43}$/)
    expect(await steps.get(id, undefined, share.token)).toMatchObject({ content: tale, status: 'draft' })
    await expect(steps.get(other.id, ben, share.token)).rejects.toMatchObject(notFound)
    await expect(steps.get(id, ben, `${share.token}x`)).rejects.toMatchObject(notFound)
    fixture.clock.advance(7 * 24 * 3600 * 1000 + 1)
    await expect(steps.get(id, ben, share.token)).rejects.toMatchObject(notFound)
  })

  it('ends within a year', async () => {
    const { id } = await steps.create(ann)
    const inDays = (days: number) => new Date(fixture.clock.now().getTime() + days * 24 * 3600 * 1000)
    for (const days of [-1, 0, 367]) {
      await expect(fixture.call(() => fixture.app.shareStory(ann, id, inDays(days)))).rejects.toMatchObject({
        reason: 'INVALID_EXPIRY',
      })
    }
    const { expiresAt } = await fixture.call(() => fixture.app.shareStory(ann, id, inDays(365)))
    expect(expiresAt).toEqual(inDays(365))
  })
})

describe('publishing', () => {
  it('needs an analysis of the present text, and goes on once at a time', async () => {
    const { id } = await steps.create(ann)
    const publish = () => fixture.call(() => fixture.app.publishStory(ann, id, bare))
    await expect(publish()).rejects.toMatchObject({ reason: 'STORY_NOT_ANALYZED' })
    await steps.analyse(ann, id)
    const attempts = await Promise.allSettled([publish(), publish(), publish()])
    expect(attempts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    for (const attempt of attempts) {
      if (attempt.status === 'rejected') expect(attempt.reason).toMatchObject({ reason: 'PUBLISHING_RUNNING' })
    }
  })

  it('tells what stands against it, and leaves the story as it was', async () => {
    const { id } = await steps.create(ann, { content: '“No,” said Tom.' })
    await steps.analyse(ann, id)
    const { id: publishing } = await fixture.call(() => fixture.app.publishStory(ann, id, bare))
    const problems = await fixture.call(() => fixture.app.validatePublishing(publishing))
    expect(problems).toEqual(['The text has fewer than 20 words.'])
    await fixture.call(() => fixture.app.abortPublishing(publishing, problems.join(' ')))
    await fixture.call(() => fixture.app.abortPublishing(publishing, 'again'))
    expect(await fixture.app.getPublishing(ann, id)).toMatchObject({ status: 'failed', failureReason: problems[0] })
    expect(await steps.get(id, ann)).toMatchObject({ status: 'analyzed' })
    expect(await fixture.events(publishing)).toEqual(['PublishingStarted', 'PublishingFailed'])
    await expect(fixture.call(() => fixture.app.completePublishing(publishing))).rejects.toMatchObject({
      reason: 'PUBLISHING_FAILED',
    })
  })

  it('is given up when the story was archived or deleted meanwhile', async () => {
    const [archived, deleted] = await Promise.all([steps.create(ann), steps.create(ann)])
    const start = async (id: string) => {
      await steps.analyse(ann, id)
      return (await fixture.call(() => fixture.app.publishStory(ann, id, bare))).id
    }
    const [first, second] = [await start(archived.id), await start(deleted.id)]
    await fixture.call(() => fixture.app.archiveStory(ann, archived.id))
    await fixture.call(() => fixture.app.deleteStory(ann, deleted.id))
    const complete = (id: string) => fixture.call(() => fixture.app.completePublishing(id))
    await expect(complete(first)).rejects.toMatchObject({ reason: 'STORY_ARCHIVED' })
    await expect(complete(second)).rejects.toMatchObject({ reason: 'PUBLISHING_NOT_FOUND' })
    await fixture.call(() => fixture.app.abortPublishing(second, 'gone'))
  })
})

describe('an author who leaves', () => {
  it('takes along all their stories, and nobody else’s', async () => {
    const leaver = uuidv7()
    const ids = await Promise.all(Array.from({ length: 120 }, () => steps.create(leaver)))
    const published = await steps.createPublished(leaver)
    const kept = await steps.create(ann)
    await fixture.call(() => fixture.app.eraseAuthor(leaver, new AbortController().signal))
    const [left] = await fixture.database.sql('select count(*) as n from stories where author_id = $1', leaver)
    expect(left).toEqual({ n: 0 })
    expect(await fixture.events(ids[0]?.id ?? '')).toEqual(['StoryCreated', 'StoryArchived', 'StoryDeleted'])
    expect((await fixture.events(published)).slice(-2)).toEqual(['StoryArchived', 'StoryDeleted'])
    expect(await steps.get(kept.id, ann)).toMatchObject({ id: kept.id })
  })
})

describe('the author’s name', () => {
  it('follows what identity tells', async () => {
    const { id } = await steps.create(ann)
    expect(await steps.get(id, ann)).toMatchObject({ authorName: '' })
    await fixture.call(async () => fixture.authors.remember(ann, 'Ann Author'))
    await fixture.call(async () => fixture.authors.remember(ann, 'Ann A.'))
    expect(await steps.get(id, ann)).toMatchObject({ authorName: 'Ann A.' })
    await fixture.call(async () => fixture.authors.forget(ann))
    expect(await steps.get(id, ann)).toMatchObject({ authorName: '' })
  })
})
