import { Code, ConnectError, createClient } from '@connectrpc/connect'
import { strFromU8, unzipSync } from 'fflate'
import { beforeAll, describe, expect, it } from 'vitest'
import { BadRequestSchema, ErrorInfoSchema } from '#gen/google/rpc/error_details_pb.ts'
import { IdentityService } from '#gen/troupe/identity/v1/identity_service_pb.ts'
import { AnalysisStatus, SegmentKind } from '#gen/troupe/story/v1/analysis_pb.ts'
import { PublishingOption, PublishingStatus } from '#gen/troupe/story/v1/publishing_pb.ts'
import { StoryStatus } from '#gen/troupe/story/v1/story_pb.ts'
import { ExportFormat, StoryOrder, StoryService } from '#gen/troupe/story/v1/story_service_pb.ts'
import { eventually, type TestUser, testMesh } from '../../../tests/mesh.ts'

const mesh = testMesh()
const bare = { narration: PublishingOption.LEFT_OUT, film: PublishingOption.LEFT_OUT }
const stories = (user?: TestUser) => createClient(StoryService, user ? user.transport : mesh.transport())
const anyone = stories()

const content = `Once upon a time a girl called Greta lived with her brother Tom at the edge of the wood.
“Where are you going?” asked Greta. “To the mill,” said Tom.

They walked all day and were very happy. In the evening a wolf stood before them.
“Who are you?” said the wolf. “I am not afraid of you!” cried Greta.`

let ann: TestUser
let ben: TestUser

beforeAll(async () => {
  ;[ann, ben] = await Promise.all([mesh.newAuthor('Ann Author'), mesh.newAuthor('Ben Reader')])
})

const refusal = async (call: Promise<unknown>): Promise<[Code, string | undefined]> => {
  const error = await call.then(
    () => {
      throw new Error('the call was not refused')
    },
    (thrown: unknown) => ConnectError.from(thrown),
  )
  return [error.code, error.findDetails(ErrorInfoSchema)[0]?.reason]
}

const create = async (parts: { title?: string; content?: string } = {}, author = ann): Promise<string> => {
  const { story } = await stories(author).createStory({ title: 'The Mill', content, ...parts })
  return story?.id ?? ''
}

const isStatus = (storyId: string, status: StoryStatus, author = ann) =>
  eventually(async () => (await stories(author).getStory({ storyId })).story?.status === status)

const analysed = async (storyId: string, author = ann) => {
  await stories(author).analyzeStory({ storyId })
  await isStatus(storyId, StoryStatus.ANALYZED, author)
}

const published = async (author = ann, parts: { title?: string; content?: string } = {}): Promise<string> => {
  const storyId = await create(parts, author)
  await analysed(storyId, author)
  await stories(author).publishStory({ storyId, ...bare })
  await isStatus(storyId, StoryStatus.PUBLISHED, author)
  return storyId
}

describe('a story', () => {
  it('is written, followed while it is analysed and published, read, and exported', async () => {
    const storyId = await create()
    const seen: { status: StoryStatus; analysis: number | undefined; publishing: number | undefined }[] = []
    const stop = new AbortController()
    const watching = (async () => {
      for await (const { heartbeat, status, analysis, publishing } of stories(ann).watchStory(
        { storyId },
        { signal: stop.signal },
      )) {
        if (!heartbeat) seen.push({ status, analysis: analysis?.status, publishing: publishing?.status })
      }
    })().catch((error: unknown) => ConnectError.from(error).code)
    await eventually(() => seen.length > 0)
    await analysed(storyId)
    const { publishing } = await stories(ann).publishStory({ storyId, ...bare })
    expect(publishing).toMatchObject({ storyId, storyVersion: 1, status: PublishingStatus.VALIDATING })
    await isStatus(storyId, StoryStatus.PUBLISHED)
    await eventually(() => seen.at(-1)?.status === StoryStatus.PUBLISHED)
    expect(seen[0]).toEqual({ status: StoryStatus.DRAFT, analysis: undefined, publishing: undefined })
    expect(seen.map(({ status }) => status)).toContain(StoryStatus.ANALYZING)
    expect(seen.at(-1)).toEqual({
      status: StoryStatus.PUBLISHED,
      analysis: AnalysisStatus.COMPLETED,
      publishing: PublishingStatus.PUBLISHED,
    })
    stop.abort()
    expect(await watching).toBe(Code.Canceled)

    const { analysis } = await anyone.getAnalysis({ storyId })
    const { characters } = await anyone.listCharacters({ storyId })
    expect(analysis?.segments.map(({ text }) => text).join('')).toBe(content)
    const greta = characters.find(({ name }) => name === 'Greta')
    const line = analysis?.segments.find(({ text }) => text.includes('not afraid'))
    expect(line).toMatchObject({ kind: SegmentKind.DIALOGUE, speakerId: greta?.id })
    expect((await anyone.listEmotions({ storyId })).emotions.length).toBeGreaterThan(0)

    const named = await eventually(async () => {
      const { story } = await anyone.getStory({ storyId })
      return story?.authorName === 'Ann Author' ? story : undefined
    })
    expect(named).toMatchObject({ title: 'The Mill', content, status: StoryStatus.PUBLISHED })
    const { stories: listed } = await anyone.listStories({ authorId: ann.id, order: StoryOrder.CREATED })
    expect(listed.find(({ id }) => id === storyId)).toMatchObject({ title: 'The Mill', authorName: 'Ann Author' })
  })

  it('comes as a book that unpacks, in pieces of at most 64 KiB', async () => {
    const storyId = await published(ann, { title: 'Größe', content: `${content}\n\n`.repeat(400) })
    const pieces: Uint8Array[] = []
    for await (const { fileName, mediaType, data } of anyone.exportStory({ storyId, format: ExportFormat.EPUB })) {
      if (pieces.length === 0) expect([fileName, mediaType]).toEqual(['Grosse.epub', 'application/epub+zip'])
      else expect([fileName, mediaType]).toEqual(['', ''])
      expect(data.length).toBeLessThanOrEqual(64 * 1024)
      pieces.push(data)
    }
    const files = unzipSync(Buffer.concat(pieces))
    expect(strFromU8(files.mimetype as Uint8Array)).toBe('application/epub+zip')
    const pages = Object.entries(files).map(([path, bytes]) => (path.endsWith('.xhtml') ? strFromU8(bytes) : ''))
    expect(pages.join()).toContain('I am not afraid of you!')
    const pdf: Uint8Array[] = []
    for await (const { data } of anyone.exportStory({ storyId, format: ExportFormat.PDF })) pdf.push(data)
    expect(Buffer.concat(pdf).subarray(0, 5).toString()).toBe('%PDF-')
    const draft = await create()
    const steal = async () => {
      for await (const _ of stories(ben).exportStory({ storyId: draft, format: ExportFormat.EPUB })) return
    }
    expect(await refusal(steal())).toEqual([Code.NotFound, 'STORY_NOT_FOUND'])
    const arabic = await create({ content: 'كان يا ما كان في قديم الزمان' })
    const asPdf = async () => {
      for await (const _ of stories(ann).exportStory({ storyId: arabic, format: ExportFormat.PDF })) return
    }
    expect(await refusal(asPdf())).toEqual([Code.FailedPrecondition, 'PDF_SCRIPT_UNSUPPORTED'])
  })

  it('that must not be published goes back to its author with the reason', async () => {
    const storyId = await create({ content: '“No,” said Tom.' })
    await analysed(storyId)
    await stories(ann).publishStory({ storyId, ...bare })
    const publishing = await eventually(async () => {
      const { publishing: latest } = await stories(ann).getPublishing({ storyId })
      return latest?.status === PublishingStatus.FAILED ? latest : undefined
    })
    expect(publishing.failureReason).toBe('The text has fewer than 20 words.')
    expect((await stories(ann).getStory({ storyId })).story?.status).toBe(StoryStatus.ANALYZED)
    expect(await refusal(anyone.getStory({ storyId }))).toEqual([Code.NotFound, 'STORY_NOT_FOUND'])
  })

  it('is found by its words', async () => {
    const word = `qu${crypto.randomUUID().replace(/[^a-f]/g, '')}x`
    const storyId = await published(ann, { title: 'Found', content: `${content} A ${word} sang in the tree.` })
    const { results } = await anyone.searchStories({ query: word })
    expect(results).toMatchObject([{ story: { id: storyId, title: 'Found' } }])
    expect(results[0]?.snippet).toContain(`**${word}**`)
    await stories(ann).archiveStory({ storyId })
    expect((await anyone.searchStories({ query: word })).results).toEqual([])
  })

  it('is opened by a link, whose secret is shown once', async () => {
    const storyId = await create()
    const headers = { 'idempotency-key': crypto.randomUUID() }
    const { shareToken } = await stories(ann).shareStory({ storyId }, { headers })
    expect((await stories(ben).getStory({ storyId, shareToken })).story?.content).toBe(content)
    expect(await refusal(stories(ann).shareStory({ storyId }, { headers }))).toEqual([
      Code.FailedPrecondition,
      'IDEMPOTENCY_RESPONSE_WITHHELD',
    ])
  })

  it('is created once, however often one key comes', async () => {
    const headers = { 'idempotency-key': crypto.randomUUID() }
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => stories(ben).createStory({ title: 'Once', content }, { headers })),
    )
    expect(new Set(answers.map(({ story }) => story?.id)).size).toBe(1)
    const { stories: listed } = await stories(ben).listStories({ authorId: ben.id, pageSize: 100 })
    expect(listed.filter(({ title }) => title === 'Once')).toHaveLength(1)
    const other = stories(ben).createStory({ title: 'Twice', content }, { headers })
    expect(await refusal(other)).toEqual([Code.FailedPrecondition, 'IDEMPOTENCY_KEY_REUSED'])
  })

  it('keeps its versions for its author', async () => {
    const storyId = await create()
    await stories(ann).updateStory({ storyId, expectedVersion: 1, title: 'The New Mill' })
    await stories(ann).updateStory({ storyId, expectedVersion: 2, content: 'Another text.' })
    const first = await stories(ann).listVersions({ storyId, pageSize: 2 })
    expect(first.versions.map(({ version, content: text }) => [version, text])).toEqual([
      [3, ''],
      [2, ''],
    ])
    const rest = await stories(ann).listVersions({ storyId, pageSize: 2, pageToken: first.nextPageToken })
    expect(rest.versions.map(({ version }) => version)).toEqual([1])
    expect(rest.nextPageToken).toBe('')
    const { version } = await stories(ann).getVersion({ storyId, version: 2 })
    expect(version).toMatchObject({ title: 'The New Mill', content })
    const stale = stories(ann).updateStory({ storyId, expectedVersion: 1, title: 'Too late' })
    expect(await refusal(stale)).toEqual([Code.Aborted, 'VERSION_CONFLICT'])
  })
})

describe('who may', () => {
  it('do nothing but read what is published', async () => {
    const [draft, open] = [await create(), await published()]
    const title = 'Stolen'
    const hidden: [Code, string] = [Code.NotFound, 'STORY_NOT_FOUND']
    const foreign: [Code, string] = [Code.PermissionDenied, 'NOT_THE_AUTHOR']
    const unknown: [Code, string] = [Code.Unauthenticated, 'TOKEN_REQUIRED']
    for (const [storyId, expected] of [
      [draft, hidden],
      [open, foreign],
    ] as const) {
      const as = stories(ben)
      expect(await refusal(as.updateStory({ storyId, expectedVersion: 1, title }))).toEqual(expected)
      expect(await refusal(as.deleteStory({ storyId }))).toEqual(expected)
      expect(await refusal(as.archiveStory({ storyId }))).toEqual(expected)
      expect(await refusal(as.customizeStory({ storyId, accentColor: '#000000' }))).toEqual(expected)
      expect(await refusal(as.analyzeStory({ storyId }))).toEqual(expected)
      expect(await refusal(as.publishStory({ storyId, ...bare }))).toEqual(expected)
      expect(await refusal(as.shareStory({ storyId }))).toEqual(expected)
      expect(await refusal(as.addCharacter({ storyId, name: 'Owl' }))).toEqual(expected)
      expect(await refusal(as.updateCharacter({ storyId, characterId: storyId, name: 'Owl' }))).toEqual(expected)
      expect(await refusal(as.listVersions({ storyId }))).toEqual(expected)
      expect(await refusal(as.getVersion({ storyId, version: 1 }))).toEqual(expected)
      expect(await refusal(as.getPublishing({ storyId }))).toEqual(expected)
      const watch = async () => {
        for await (const _ of as.watchStory({ storyId })) return
      }
      expect(await refusal(watch())).toEqual(expected)
    }
    for (const as of [stories(ben), anyone]) {
      expect(await refusal(as.getStory({ storyId: draft }))).toEqual(hidden)
      expect(await refusal(as.getAnalysis({ storyId: draft }))).toEqual(hidden)
      expect(await refusal(as.listCharacters({ storyId: draft }))).toEqual(hidden)
      expect(await refusal(as.listEmotions({ storyId: draft }))).toEqual(hidden)
    }
    expect(await refusal(anyone.createStory({ title: 'Mine', content }))).toEqual(unknown)
    expect(await refusal(anyone.deleteStory({ storyId: open }))).toEqual(unknown)
    expect((await anyone.getStory({ storyId: open })).story?.title).toBe('The Mill')
  })

  it('be told what is wrong with a request', async () => {
    const error = await stories(ann)
      .createStory({ title: 'ab', content })
      .catch((thrown: unknown) => ConnectError.from(thrown))
    expect(error).toMatchObject({ code: Code.InvalidArgument })
    const [bad] = (error as ConnectError).findDetails(BadRequestSchema)
    expect(bad?.fieldViolations.map(({ field }) => field)).toEqual(['title'])
    const tooLong = stories(ann).createStory({ title: 'The Mill', content: 'x'.repeat(2_097_153) })
    expect((await refusal(tooLong))[0]).toBe(Code.InvalidArgument)
    expect((await stories(ann).createStory({ title: 'The Mill', content: 'x'.repeat(2_097_152) })).story?.version).toBe(
      1,
    )
  })
})

describe('an author who leaves', () => {
  it('takes every story along', async () => {
    const leaver = await mesh.newAuthor('Lea Ver')
    const open = await published(leaver)
    await Promise.all(Array.from({ length: 20 }, () => create({}, leaver)))
    await createClient(IdentityService, leaver.transport).deleteUser({ password: leaver.password })
    await eventually(async () => {
      const seen = await anyone.getStory({ storyId: open }).catch((error: unknown) => ConnectError.from(error).code)
      return seen === Code.NotFound
    })
    await eventually(async () => (await anyone.listStories({ authorId: leaver.id })).stories.length === 0)
  })
})
