import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { measure } from '#shared/infrastructure/sound/measure.ts'
import { sampleRate, toPcm, wavOf } from '#shared/infrastructure/sound/pcm.ts'
import { uuidv7 } from '#shared/infrastructure/uuid.ts'
import { workRows } from '../infrastructure/work.ts'
import { heard, heardIn, levelOf } from './heard.ts'
import { openNarration, type TestNarration } from './narration-fixture.ts'
import type { Line } from './neighbours.ts'
import { tone } from './samples.ts'

const tale: Line[] = [
  { text: 'A girl lived by the mill.' },
  { by: 'greta', text: '“Where are you going?”', emotion: 'curiosity' },
  { by: 'tom', text: '“To the mill.”' },
  { text: 'Chapter 2' },
  { text: 'They were very happy.', emotion: 'joy' },
]

// Programs run with the least priority there is.
const patience = { timeout: 120_000 }

describe('a narration', patience, () => {
  let fixture: TestNarration
  // Who says the same again does not pay for it again: all stories here are one author's.
  const ann = uuidv7()

  // One story is told, looked at, changed and told again by test after test: programs are slow to start.
  let story: string
  let first: Awaited<ReturnType<TestNarration['narrate']>>

  beforeAll(async () => {
    fixture = await openNarration('narration_told')
    story = fixture.story(ann, tale)
    first = await fixture.narrate(ann, story)
  })

  afterAll(async () => {
    const [violations, orphans] = [await fixture.violations(), await fixture.sweep()]
    await fixture.close()
    expect(violations).toEqual([])
    expect(orphans).toEqual([])
  })

  it('is one file in two formats with chapters, −16 LUFS, in which each part is heard where it is said to be', async () => {
    const { narration, progress } = first
    expect(narration).toMatchObject({ status: 'completed', failureReason: '', segmentsTotal: 6, stale: false })
    expect(progress).toEqual({ done: 6, joined: 1 })
    const sound = narration.sound
    if (!sound) throw new Error('it has no sound')
    const segments = await fixture.segments(ann, narration.id)
    expect(segments.map(({ text }) => text)).toEqual(['The Mill', ...tale.map(({ text }) => text)])
    for (const [key, codec, format] of [
      [sound.mp3, 'mp3', 'mp3'],
      [sound.opus, 'opus', 'ogg'],
    ] as const) {
      const { samples, lufs, ...file } = await heard(fixture.kernel, key)
      expect(file).toEqual({ codec, format, chapters: ['The Mill', 'Chapter 2'] })
      expect(Math.abs(samples.length / 8 - sound.durationMs)).toBeLessThan(100)
      expect(Math.abs(lufs + 16)).toBeLessThan(1)
      const spans = heardIn(samples, 200)
      expect(spans).toHaveLength(segments.length)
      for (const [place, { startMs, endMs }] of segments.entries()) {
        expect(Math.abs((spans[place]?.startMs ?? 0) - startMs)).toBeLessThan(150)
        expect(Math.abs((spans[place]?.endMs ?? 0) - endMs)).toBeLessThan(150)
      }
    }
    for (const { startMs, endMs, words, text } of segments) {
      expect(words.length).toBe(text.match(/[\p{L}\p{N}]+/gu)?.length)
      for (const word of words) {
        expect(word.startMs).toBeGreaterThanOrEqual(startMs)
        expect(word.endMs).toBeLessThanOrEqual(endMs)
      }
    }
    expect(await fixture.events(narration.id)).toEqual(['NarrationGenerated'])
  })

  it('says what is heard, and when, for those who make something of it', async () => {
    const segments = await fixture.segments(ann, first.narration.id)
    const heard = async (ownerId: string, token = '') =>
      (await fixture.call(() => fixture.app.getSoundtrack(story, ownerId, { size: 4, token }))).heard
    const page = await heard(ann)
    const all = [...page.items, ...(await heard('', page.nextPageToken)).items]
    expect(all).toMatchObject(segments.map(({ text, startMs, endMs, words }) => ({ text, startMs, endMs, words })))
    expect(all[2]).toMatchObject({ characterId: 'greta', emotion: 'curiosity', intensity: 8 })
    await expect(heard(uuidv7())).rejects.toMatchObject({ reason: 'NARRATION_NOT_FOUND' })
  })

  it('gives each who speaks a voice of their own, and shapes it by what they feel', async () => {
    const said = [{ text: 'Come here.' }, { by: 'a', text: 'Come here.' }, { by: 'b', text: 'Come here.' }]
    const felt = ['joy', 'sadness', 'anger'].map((emotion) => ({ by: 'a', text: 'Come here.', emotion }))
    const { narration } = await fixture.narrate(ann, fixture.story(ann, [...said, ...felt]))
    const segments = (await fixture.segments(ann, narration.id)).slice(1)
    expect(new Set(segments.map(({ key }) => key)).size).toBe(6)
    const sounds = await Promise.all(segments.map(({ key }) => fixture.pcm(ann, key)))
    const [{ key = '', durationMs = 0 } = {}] = segments
    const { samples } = await heard(fixture.kernel, fixture.app.audioOf(ann, key).opus)
    expect(Math.abs(samples.length / 8 - durationMs)).toBeLessThan(5)
    expect(new Set(sounds.map((sound) => sound.join())).size).toBe(6)
    const [, plain = 0, , joy = 0, sadness = 0, anger = 0] = sounds.map(levelOf)
    const [, usual = 0, , fast = 0, slow = 0] = segments.map(({ durationMs }) => durationMs)
    expect(slow).toBeGreaterThan(usual * 1.1)
    expect(fast).toBeLessThan(usual * 0.97)
    expect(sadness).toBeLessThan(plain - 2)
    expect(anger).toBeGreaterThan(joy)
  })

  it('is heard by whoever sees the version that it tells, and is its author’s while a newer one is told', async () => {
    const { id } = first.narration
    const hidden = { reason: 'NARRATION_NOT_FOUND' }
    for (const reader of [uuidv7(), undefined]) await expect(fixture.see(reader, id)).rejects.toMatchObject(hidden)
    expect((await fixture.see(undefined, id, 'link')).isAuthors).toBe(false)
    fixture.publish(story)
    const seen = await fixture.see(undefined, id)
    expect(seen).toMatchObject({ isAuthors: false, progress: { done: 6, joined: 1 } })
    // As somebody sees it who read the narration just before it was completed.
    expect(await workRows(fixture.kernel).progress(id, ann)).toEqual({ done: 6, joined: 1 })
    const page = { size: 9, token: '' }
    expect((await fixture.app.listSegments(seen, page)).items).toHaveLength(6)
    const look = { narrationId: id, viewer: undefined, shareToken: '' }
    const stop = new AbortController()
    const watched = fixture.app.watchNarration(look, '', stop.signal)
    expect((await watched.next()).value).toMatchObject({ view: { isAuthors: false } })

    const before = await fixture.asks()
    const changed = tale.map((line, place) => (place === 0 ? { text: 'A boy lived by the mill.' } : line))
    fixture.story(ann, changed, story)
    await fixture.call(() => fixture.app.outdateNarration(story))
    const stale = await fixture.segments(ann, id)
    expect(stale.map((segment) => segment.stale)).toEqual([false, true, false, false, false, false])
    await fixture.call(() => fixture.app.generateNarration(ann, story))
    // What readers may hear goes on being heard while the newer text is told.
    const still = await fixture.see(undefined, id)
    expect(still.narration.sound?.mp3).toBe(first.narration.sound?.mp3)
    expect((await fixture.app.listSegments(still, page)).items).toEqual([])
    await expect(fixture.call(() => fixture.app.getSoundtrack(story, ann, page))).rejects.toMatchObject({
      reason: 'NARRATION_NOT_COMPLETED',
    })
    await fixture.tell(id)
    await expect(fixture.see(undefined, id)).rejects.toMatchObject(hidden)
    await expect(watched.next()).rejects.toMatchObject(hidden)
    stop.abort()
    fixture.publish(story)
    const { narration } = await fixture.see(uuidv7(), id)
    expect(narration).toMatchObject({ id, status: 'completed', stale: false, storyVersion: 2 })
    expect((await fixture.asks()) - before).toBe(1)
    expect(narration.sound?.mp3).not.toBe(first.narration.sound?.mp3)
    expect(await fixture.events(id)).toEqual(['NarrationGenerated', 'NarrationRegenerated'])
    expect((await fixture.blobs()).filter((key) => key.includes(id))).toHaveLength(2)
  })

  it('keeps what its author changed until the story says something else there', async () => {
    const { narration } = first
    const texts = async () =>
      (await fixture.segments(ann, narration.id)).map(({ text, emotion }) => `${text} ${emotion}`)
    const change = { text: 'Where do you go?', emotion: 'fear', payAgain: false } as const
    await fixture.call(() => fixture.app.regenerateSegment(ann, narration.id, 2, change))
    await expect(fixture.call(() => fixture.app.generateNarration(ann, story))).rejects.toMatchObject({
      reason: 'NARRATION_RUNNING',
    })
    await fixture.tell(narration.id)
    expect((await texts())[2]).toBe('Where do you go? fear')
    await fixture.call(() => fixture.app.generateNarration(ann, story))
    expect((await texts())[2]).toBe('Where do you go? fear')
    await fixture.call(() => fixture.app.cancelNarration(ann, narration.id))
    fixture.story(ann, tale.with(1, { by: 'greta', text: '“Who are you?”' }), story)
    await fixture.call(() => fixture.app.generateNarration(ann, story))
    expect((await texts())[2]).toBe('“Who are you?” ')
    await fixture.call(() => fixture.app.cancelNarration(ann, narration.id))
    expect((await fixture.events(narration.id)).slice(2)).toEqual([
      'NarrationRegenerated',
      'NarrationFailed',
      'NarrationFailed',
    ])
  })

  it('goes on where a worker stopped, and ends once though two make it', async () => {
    const lines = [{ text: 'One more line.' }, { text: 'And another one.' }]
    const { id } = await fixture.call(() =>
      fixture.app.generateNarration(ann, fixture.story(ann, lines, uuidv7(), 'Stopped')),
    )
    const stop = new AbortController()
    const look = { narrationId: id, viewer: ann, shareToken: '' }
    const stopped = (async () => {
      for await (const { view } of fixture.app.watchNarration(look, '', stop.signal))
        if ((view?.progress.done ?? 0) > 0) return stop.abort()
    })()
    await fixture.tell(id, stop.signal)
    await stopped
    expect((await fixture.see(ann, id)).narration.status).toBe('processing')
    await Promise.all([fixture.tell(id), fixture.tell(id)])
    expect((await fixture.see(ann, id)).narration.status).toBe('completed')
    expect(await fixture.events(id)).toEqual(['NarrationGenerated'])
    const [row] = await fixture.database.sql('select count(*) as left from work')
    expect(row).toEqual({ left: 0 })
  })

  it('has lines said by those who recorded them, as they recorded them, for as long as they are there', async () => {
    const [host, kim, sessionId] = [uuidv7(), uuidv7(), uuidv7()]
    const lines = [{ by: 'tom', text: 'Yes.' }, { text: 'He said:' }, { by: 'tom', text: 'Yes.' }]
    const storyId = fixture.story(host, lines)
    const { narration } = await fixture.narrate(host, storyId)
    const { id } = narration
    const pitches = async () => {
      const segments = await fixture.segments(host, id)
      const spoken = await Promise.all([1, 3].map((place) => fixture.pcm(host, segments[place]?.key ?? '')))
      return spoken.map(
        (pcm) =>
          measure(
            Float32Array.from(pcm, (value) => value / 32_768),
            sampleRate,
          ).measures.pitchHz,
      )
    }
    const blob = await fixture.record(
      wavOf(toPcm(Float32Array.from([300, 220, 330].flatMap((hz) => [...tone(hz, 0.5)])))),
    )
    const tom = { sessionId, storyId, ownerId: host, characterId: 'tom', speakerId: kim }
    const recorded = [500, 1000].map((startMs) => ({ text: 'Yes.', blob, startMs, endMs: startMs + 500 }))
    const isRecorded = async () => {
      const [first = 0, last = 0] = await pitches()
      return Math.abs(first - 220) < 4 && Math.abs(last - 330) < 4
    }
    // It is being told otherwise when they come: that run is given up.
    await fixture.call(() => fixture.app.generateNarration(host, storyId))
    await fixture.call(() => fixture.app.useRecordings(tom, recorded))
    await fixture.tell(id)
    expect(await isRecorded()).toBe(true)
    expect((await fixture.events(id)).slice(1)).toEqual(['NarrationFailed', 'NarrationRegenerated'])
    const feels = { emotion: 'joy', payAgain: false } as const
    await fixture.call(() => fixture.app.regenerateSegment(host, id, 3, feels))
    await fixture.tell(id)
    expect(await isRecorded()).toBe(true)

    await fixture.app.erasePerson(kim, new AbortController().signal)
    expect(await fixture.rowsOf(kim)).toBe(0)
    await fixture.tell(id)
    expect((await fixture.see(host, id)).narration.status).toBe('completed')
    expect(await isRecorded()).toBe(false)
    await expect(fixture.call(() => fixture.app.useRecordings(tom, recorded))).rejects.toThrow()
  })

  it('is told for a publication as it was when that began, once, and stopped with it', async () => {
    const author = uuidv7()
    const storyId = fixture.story(author, [{ text: 'As it was.' }])
    fixture.story(author, [{ text: 'As it is.' }], storyId)
    const publish = (publishingId: string, storyVersion: number) =>
      fixture.call(() => fixture.app.narrateStory({ publishingId, storyId, userId: author, storyVersion }))
    const [one, two, three, four] = [uuidv7(), uuidv7(), uuidv7(), uuidv7()]
    const { narrationId, completed } = await publish(one, 1)
    expect(completed).toBe(false)
    await expect(publish(two, 2)).rejects.toMatchObject({ reason: 'NARRATION_RUNNING' })
    expect(await publish(one, 1)).toEqual({ narrationId, completed: false })
    await fixture.tell(narrationId)
    expect(await publish(two, 1)).toEqual({ narrationId, completed: true })
    expect((await fixture.segments(author, narrationId))[1]?.text).toBe('As it was.')
    await publish(two, 2)
    await fixture.call(() => fixture.app.abandonNarration(two))
    expect((await fixture.see(author, narrationId)).narration.failureReason).toBe('CANCELLED')
    await expect(publish(two, 2)).rejects.toMatchObject({ reason: 'PUBLISHING_OVER' })
    // What is given up before it comes is remembered.
    await fixture.call(() => fixture.app.abandonNarration(three))
    await expect(publish(three, 2)).rejects.toMatchObject({ reason: 'PUBLISHING_OVER' })
    // What its author began, a publication that waits for it does not stop.
    await fixture.call(() => fixture.app.generateNarration(author, storyId))
    expect(await publish(four, 2)).toEqual({ narrationId, completed: false })
    await fixture.call(() => fixture.app.abandonNarration(four))
    expect((await fixture.see(author, narrationId)).narration.status).toBe('pending')
    await fixture.call(() => fixture.app.cancelNarration(author, narrationId))
  })

  it('is swept of speech that nobody uses any more', async () => {
    const [cat, story] = [uuidv7(), uuidv7()]
    fixture.story(cat, [{ text: 'This stays.' }, { text: 'This goes.' }], story, '—')
    const { narration } = await fixture.narrate(cat, story)
    fixture.story(cat, [{ text: 'This stays.' }], story, '—')
    await fixture.call(() => fixture.app.generateNarration(cat, story))
    await fixture.call(() => fixture.app.cancelNarration(cat, narration.id))
    const days = (count: number) => new Date(fixture.clock.now().getTime() + count * 24 * 60 * 60_000)
    const left = () => fixture.rowsOf(cat)
    const before = await left()
    await fixture.expire(days(89))
    expect(await left()).toBe(before)
    await fixture.expire(days(91))
    expect(await left()).toBe((before ?? 0) - 1)
    const swept = (await fixture.sweep()).filter((key) => key.startsWith(`narration/speeches/${cat}/`))
    expect(swept.map((key) => key.split('.').at(-1)).toSorted()).toEqual(['mp3', 'opus', 'pcm'])
  })

  it('is nobody else’s, and goes with its story', async () => {
    const { narration } = first
    for (const refused of [
      () => fixture.app.cancelNarration(uuidv7(), narration.id),
      () => fixture.app.generateNarration(uuidv7(), story),
    ])
      await expect(fixture.call<unknown>(refused)).rejects.toMatchObject({ kind: 'not-found' })
    await fixture.call(() => fixture.app.removeNarration(story))
    await expect(fixture.see(ann, narration.id)).rejects.toMatchObject({
      reason: 'NARRATION_NOT_FOUND',
    })
  })

  it('is told without asking when its author wants that, and says so when it cannot be', async () => {
    const [bob, story] = [uuidv7(), uuidv7()]
    fixture.story(bob, [{ text: '...' }], story, '...')
    await fixture.call(() => fixture.app.narrateWhenAnalyzed(bob, story))
    const own = () => fixture.call(() => fixture.app.listNarrations(bob, story, { size: 9, token: '' }))
    expect((await own()).items).toEqual([])
    await fixture.call(() => fixture.app.setSettings(bob, { narrateWhenAnalyzed: true, narratorVoiceId: '' }))
    await fixture.call(() => fixture.app.narrateWhenAnalyzed(bob, story))
    expect((await own()).items[0]?.narration).toMatchObject({ status: 'failed', failureReason: 'NOTHING_TO_SAY' })
    // That one is gone, an event of its own says.
    await fixture.call(() => fixture.app.narrateWhenAnalyzed(bob, uuidv7()))
    fixture.story(bob, [{ text: 'Now I speak.' }], story)
    await fixture.call(() => fixture.app.narrateWhenAnalyzed(bob, story))
    expect((await own()).items[0]?.narration).toMatchObject({ status: 'pending', failureReason: '' })
    await fixture.call(async () => {
      await fixture.app.erasePerson(bob, new AbortController().signal)
    })
    expect((await own()).items).toEqual([])
  })
})
