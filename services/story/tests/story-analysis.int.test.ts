import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { uuidv7 } from '#shared/infrastructure/uuid.ts'
import { openStory, otherTale, storySteps, type TestStory, tale } from './story-fixture.ts'

const ann = uuidv7()
const all = { size: 200, token: '' }

describe('an analysis', () => {
  let fixture: TestStory
  let steps: ReturnType<typeof storySteps>

  beforeAll(async () => {
    fixture = await openStory('story_analysis')
    steps = storySteps(fixture)
  })

  afterAll(async () => {
    const violations = await fixture.violations()
    await fixture.close()
    expect(violations).toEqual([])
  })

  const cast = async (id: string, viewer = ann) => (await fixture.app.listCharacters(steps.look(id, viewer), all)).items
  const named = async (id: string, name: string) => (await cast(id)).find((character) => character.name === name)

  it('finds segments that are the whole text, spoken by characters of the cast', async () => {
    const { id } = await steps.create(ann)
    const asked = await fixture.call(() => fixture.app.analyzeStory(ann, id))
    expect(asked).toMatchObject({ status: 'running', progress: 0, storyVersion: 1, engine: 'embedded' })
    expect(await steps.get(id, ann)).toMatchObject({ status: 'analyzing' })
    await steps.runAnalysis(id)
    const analysis = await fixture.app.getAnalysis(steps.look(id, ann))
    expect(analysis).toMatchObject({ status: 'completed', progress: 1, finishedAt: fixture.clock.now() })
    expect(analysis.segments.map(({ text }) => text).join('')).toBe(tale)
    const greta = await named(id, 'Greta')
    expect(analysis.segments.find(({ text }) => text.includes('I am not afraid'))?.speakerId).toBe(greta?.id)
    const ids = new Set(['', ...(await cast(id)).map((character) => character.id)])
    for (const { speakerId } of analysis.segments) expect(ids).toContain(speakerId)
    const { items } = await fixture.app.listEmotions(steps.look(id, ann), all)
    for (const { quote, segmentIndex } of items) expect(analysis.segments[segmentIndex]?.text).toContain(quote)
    expect(items.length).toBeGreaterThan(0)
  })

  it('is made once of the same text, whoever asks again and however the title changes', async () => {
    const { id } = await steps.create(ann)
    await Promise.all([1, 2, 3].map(() => fixture.call(() => fixture.app.analyzeStory(ann, id))))
    await steps.runAnalysis(id)
    const first = await fixture.app.getAnalysis(steps.look(id, ann))
    const retitled = await fixture.call(() => fixture.app.updateStory(ann, id, 1, { title: 'Another Title' }))
    expect(retitled).toMatchObject({ status: 'analyzed', version: 2, analysisStale: false })
    const again = await fixture.call(() => fixture.app.analyzeStory(ann, id))
    expect(again).toMatchObject({ status: 'completed', startedAt: first.startedAt })
    expect((await fixture.events(id)).filter((name) => name === 'StoryAnalysisRequested')).toHaveLength(1)
  })

  it('is taken up again when the text comes back, without another run', async () => {
    const { id } = await steps.create(ann)
    await steps.analyse(ann, id)
    const [greta, tom] = [await named(id, 'Greta'), await named(id, 'Tom')]
    const withoutTom = tale.replaceAll('Tom', 'Will')
    await fixture.call(() => fixture.app.updateStory(ann, id, 1, { content: withoutTom }))
    await steps.analyse(ann, id)
    expect((await named(id, 'Greta'))?.id).toBe(greta?.id)
    expect(await named(id, 'Tom')).toBeUndefined()
    expect(await fixture.call(() => fixture.app.updateStory(ann, id, 2, { content: tale }))).toMatchObject({
      status: 'draft',
      analysisStale: true,
    })
    expect(await fixture.call(() => fixture.app.analyzeStory(ann, id))).toMatchObject({ status: 'completed' })
    expect(await steps.get(id, ann)).toMatchObject({ status: 'analyzed', version: 3, analysisStale: false })
    expect((await named(id, 'Greta'))?.id).toBe(greta?.id)
    expect((await named(id, 'Tom'))?.id).toBe(tom?.id)
    expect((await fixture.events(id)).filter((name) => name === 'StoryAnalyzed')).toHaveLength(3)
  })

  it('keeps what its author made of the characters, and replaces the others', async () => {
    const { id } = await steps.create(ann)
    await steps.analyse(ann, id)
    const tom = (await named(id, 'Tom'))?.id ?? ''
    await fixture.call(() => fixture.app.updateCharacter(ann, id, tom, { name: 'Thomas', description: 'a brother' }))
    const owl = await fixture.call(() => fixture.app.addCharacter(ann, id, { name: 'Owl', role: 'narrator' }))
    await fixture.call(() => fixture.app.updateStory(ann, id, 1, { content: otherTale }))
    await steps.analyse(ann, id)
    const after = await cast(id)
    expect(after.find((character) => character.id === tom)).toMatchObject({ name: 'Thomas', edited: true })
    expect(after.find((character) => character.id === owl.id)).toMatchObject({ name: 'Owl', role: 'narrator' })
    expect(after.filter(({ name }) => name === 'Tom')).toEqual([])
    const { segments } = await fixture.app.getAnalysis(steps.look(id, ann))
    expect(segments.find(({ text }) => text.includes('To the mill'))?.speakerId).toBe(tom)
  })

  it('has one character of a name', async () => {
    const { id } = await steps.create(ann)
    await fixture.call(() => fixture.app.addCharacter(ann, id, { name: 'Greta' }))
    const add = (name: string) => fixture.call(() => fixture.app.addCharacter(ann, id, { name }))
    await expect(add(' GRETA ')).rejects.toMatchObject({ kind: 'exists', reason: 'CHARACTER_EXISTS' })
    const { id: other } = await add('Owl')
    const rename = () => fixture.call(() => fixture.app.updateCharacter(ann, id, other, { name: 'greta' }))
    await expect(rename()).rejects.toMatchObject({ reason: 'CHARACTER_EXISTS' })
    await steps.analyse(ann, id)
    expect((await cast(id)).filter(({ name }) => name.toLowerCase() === 'greta')).toHaveLength(1)
  })

  it('shows readers the cast of what they read', async () => {
    const id = await steps.createPublished(ann)
    await fixture.call(() => fixture.app.updateStory(ann, id, 1, { content: otherTale }))
    await steps.analyse(ann, id)
    const names = async (viewer: string) => (await cast(id, viewer)).map(({ name }) => name).join(' ')
    expect(await names(ann)).toMatch(/miller/i)
    expect(await names(uuidv7())).not.toMatch(/miller/i)
    const seen = await fixture.app.getAnalysis(steps.look(id, uuidv7()))
    expect(seen.segments.map(({ text }) => text).join('')).toBe(tale)
  })

  it('that ends after the text changed is kept for its own text only', async () => {
    const { id } = await steps.create(ann)
    await fixture.call(() => fixture.app.analyzeStory(ann, id))
    await fixture.call(() => fixture.app.updateStory(ann, id, 1, { content: otherTale }))
    await steps.runAnalysis(id)
    expect(await steps.get(id, ann)).toMatchObject({ status: 'draft', analysisStale: false })
    await fixture.call(() => fixture.app.updateStory(ann, id, 2, { content: tale }))
    expect(await fixture.call(() => fixture.app.analyzeStory(ann, id))).toMatchObject({ status: 'completed' })
    expect(await steps.get(id, ann)).toMatchObject({ status: 'analyzed' })
  })

  it('is made anew when the text turns out to be in another language', async () => {
    const { id } = await steps.create(ann)
    await steps.analyse(ann, id)
    const edited = await fixture.call(() => fixture.app.updateStory(ann, id, 1, { language: 'de' }))
    expect(edited).toMatchObject({ status: 'draft', analysisStale: true })
    expect(await fixture.call(() => fixture.app.analyzeStory(ann, id))).toMatchObject({ status: 'running' })
    await steps.runAnalysis(id)
    expect(await steps.get(id, ann)).toMatchObject({ status: 'analyzed', analysisStale: false })
  })

  it('is not made of nothing, nor of an archived story', async () => {
    const { id } = await steps.create(ann, { content: ' \n ' })
    const analyse = () => fixture.call(() => fixture.app.analyzeStory(ann, id))
    await expect(analyse()).rejects.toMatchObject({ reason: 'STORY_EMPTY' })
    await expect(fixture.app.getAnalysis(steps.look(id, ann))).rejects.toMatchObject({ reason: 'ANALYSIS_NOT_FOUND' })
    await fixture.call(() => fixture.app.archiveStory(ann, id))
    await expect(analyse()).rejects.toMatchObject({ reason: 'STORY_ARCHIVED' })
  })

  it('is followed by who watches, each state once, until the story goes', async () => {
    const { id } = await steps.create(ann)
    const stop = new AbortController()
    const seen: string[] = []
    let token = ''
    const watching = (async () => {
      for await (const news of fixture.app.watchStory(ann, id, '', stop.signal)) {
        const { state } = news
        if (state) seen.push(`${state.status} ${state.analysis?.status ?? '-'} ${state.publishing?.status ?? '-'}`)
        token = news.resumeToken
      }
    })()
    await expect.poll(() => seen).toEqual(['draft - -'])
    await steps.analyse(ann, id)
    await expect.poll(() => seen.at(-1)).toBe('analyzed completed -')
    await steps.publish(ann, id)
    await expect.poll(() => seen.at(-1)).toBe('published completed published')
    const resumed = fixture.app.watchStory(ann, id, token, stop.signal)
    const next = resumed.next()
    await fixture.call(() => fixture.app.archiveStory(ann, id))
    expect((await next).value?.state?.status).toBe('archived')
    const gone = expect(watching).rejects.toMatchObject({ reason: 'STORY_NOT_FOUND' })
    await fixture.call(() => fixture.app.deleteStory(ann, id))
    await gone
    stop.abort()
  })
})

describe('an analysis by an engine elsewhere', () => {
  let fixture: TestStory
  let steps: ReturnType<typeof storySteps>
  let vendor: Server
  let status = 500
  let answerWhen: Promise<void> = Promise.resolve()
  let onAsked = () => {}

  beforeAll(async () => {
    vendor = createServer(async (_, response) => {
      onAsked()
      await answerWhen
      response.writeHead(status, { 'content-type': 'application/json' }).end('{}')
    })
    await new Promise<void>((done) => vendor.listen(0, '127.0.0.1', done))
    const { port } = vendor.address() as AddressInfo
    fixture = await openStory('story_engine', {
      TROUPE_STORY_ANALYZER: 'openai',
      TROUPE_OPENAI_API_KEY: 'key',
      TROUPE_OPENAI_BASE_URL: `http://127.0.0.1:${port}`,
    })
    steps = storySteps(fixture)
  })

  afterAll(async () => {
    vendor.close()
    await fixture.close()
  })

  it('is tried again while the engine is away, and given up after ten minutes', async () => {
    status = 503
    const { id } = await steps.create(ann)
    await fixture.call(() => fixture.app.analyzeStory(ann, id))
    await expect(steps.runAnalysis(id)).rejects.toMatchObject({ kind: 'unavailable', reason: 'ANALYZER_UNAVAILABLE' })
    expect(await steps.get(id, ann)).toMatchObject({ status: 'analyzing' })
    fixture.clock.advance(10 * 60 * 1000 + 1)
    await steps.runAnalysis(id)
    expect(await steps.get(id, ann)).toMatchObject({ status: 'draft' })
    expect((await fixture.events(id)).at(-1)).toBe('StoryAnalysisFailed')
  })

  it('fails at once when the engine refuses, and may be asked for again', async () => {
    status = 401
    const { id } = await steps.create(ann)
    await fixture.call(() => fixture.app.analyzeStory(ann, id))
    await steps.runAnalysis(id)
    const analysis = await fixture.app.getAnalysis(steps.look(id, ann))
    expect(analysis).toMatchObject({ status: 'failed', engine: 'openai' })
    expect(analysis.failureReason).not.toBe('')
    expect(await fixture.call(() => fixture.app.analyzeStory(ann, id))).toMatchObject({ status: 'running' })
    expect(await steps.get(id, ann)).toMatchObject({ status: 'analyzing' })
  })

  it('that ends late does not touch one that was started anew meanwhile', async () => {
    status = 401
    const asked = Promise.withResolvers<void>()
    const released = Promise.withResolvers<void>()
    onAsked = asked.resolve
    answerWhen = released.promise
    const { id } = await steps.create(ann)
    await fixture.call(() => fixture.app.analyzeStory(ann, id))
    const running = steps.runAnalysis(id)
    await asked.promise
    fixture.clock.advance(1000)
    await fixture.call(() => fixture.app.updateStory(ann, id, 1, { language: 'de' }))
    await fixture.call(() => fixture.app.analyzeStory(ann, id))
    released.resolve()
    await running
    expect(await fixture.app.getAnalysis(steps.look(id, ann))).toMatchObject({ status: 'running', language: 'de' })
    expect(await steps.get(id, ann)).toMatchObject({ status: 'analyzing' })
  })
})
