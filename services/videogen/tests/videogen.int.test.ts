import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { uuidv7 } from '#shared/infrastructure/uuid.ts'
import { usual } from '../domain/job-parts.ts'
import { workRows } from '../infrastructure/work.ts'
import { openVideogen, type TestVideogen } from './videogen-fixture.ts'

// Programs run with the least priority there is.
const patience = { timeout: 120_000 }

describe('a film', patience, () => {
  let fixture: TestVideogen

  beforeAll(async () => {
    fixture = await openVideogen('videogen_films')
  })

  afterAll(async () => {
    const [violations, orphans] = [await fixture.violations(), await fixture.sweep()]
    await fixture.close()
    expect(violations).toEqual([])
    expect(orphans).toEqual([])
  })

  const create = (userId: string, storyId: string, wanted = usual) =>
    fixture.call(() => fixture.app.createVideoJob(userId, storyId, wanted))
  const get = async (userId: string, id: string) => (await fixture.see(userId, id)).job
  const made = async (userId: string, storyId: string) => {
    const { job } = await create(userId, storyId)
    return (await fixture.makeAll(userId, job.id)).job
  }
  const count = () => fixture.mesh.reserved.length

  it('is begun once, whoever asks for it at the same time, and answered from what there is', async () => {
    const ann = uuidv7()
    const story = fixture.story(ann)
    const before = count()
    const all = await Promise.all(Array.from({ length: 12 }, () => create(ann, story)))
    expect(new Set(all.map(({ job }) => job.id)).size).toBe(1)
    expect(all.filter(({ isCached }) => !isCached)).toHaveLength(1)
    const [{ job } = { job: undefined }] = all
    const id = job?.id ?? ''
    expect([count() - before, fixture.mesh.released]).toEqual([1, []])
    const { job: film } = await fixture.makeAll(ann, id)
    expect(film).toMatchObject({ status: 'completed', provider: 'embedded', actualCostMicros: 0 })
    expect(await create(ann, story)).toMatchObject({ isCached: true, job: { id } })
    expect(await fixture.call(() => fixture.app.estimateCost(ann, story, usual))).toMatchObject({ isCached: true })
    // Told otherwise, or shown otherwise, it is another one; so is another person's.
    expect((await create(ann, story, { ...usual, captions: 'soft' })).isCached).toBe(false)
    await expect(create(uuidv7(), story)).rejects.toMatchObject({ reason: 'NARRATION_NOT_FOUND' })
    fixture.mesh.limit(0)
    await expect(create(ann, story, { ...usual, captions: 'none' })).rejects.toMatchObject({ reason: 'LIMIT_REACHED' })
    fixture.mesh.limit(Number.POSITIVE_INFINITY)
    await expect(create(ann, story, { ...usual, provider: 'luma' })).rejects.toMatchObject({
      reason: 'PROVIDER_NOT_CONFIGURED',
    })
    await expect(create(ann, story, { ...usual, style: 'oil' })).rejects.toMatchObject({ reason: 'NO_PROVIDER' })
    fixture.story(ann, { isRunning: true }, story)
    await expect(create(ann, story)).rejects.toMatchObject({ reason: 'NARRATION_NOT_COMPLETED' })
    await fixture.call(() => fixture.app.removeFilms(story))
    await expect.poll(async () => (await fixture.blobs()).filter((key) => key.includes(id))).toEqual([])
  })

  it('stops when it is cancelled, and is taken up again unless it is told otherwise by then', async () => {
    const ann = uuidv7()
    const story = fixture.story(ann)
    const { job } = await create(ann, story)
    const stop = new AbortController()
    const news = fixture.app.watchVideoJob(ann, job.id, '', stop.signal)
    expect((await news.next()).value).toMatchObject({ view: { job: { status: 'queued' } } })
    await fixture.call(() => fixture.app.cancelVideoJob(ann, job.id))
    const { value } = await news.next()
    expect(value).toMatchObject({ view: { job: { status: 'cancelled' } } })
    stop.abort()
    await fixture.make(job.id)
    await expect(fixture.call(() => fixture.app.cancelVideoJob(ann, job.id))).rejects.toMatchObject({
      reason: 'VIDEO_JOB_NOT_RUNNING',
    })
    const retry = () => fixture.call(() => fixture.app.retryVideoJob(ann, job.id, false))
    await retry()
    fixture.story(ann, { mp3Blob: 'narration/stories/other.mp3' }, story)
    const { job: failed } = await fixture.makeAll(ann, job.id)
    expect(failed).toMatchObject({ status: 'failed', failureReason: 'NARRATION_CHANGED' })
    await expect(retry()).rejects.toMatchObject({ reason: 'NARRATION_CHANGED' })
    fixture.story(ann, {}, story)
    await retry()
    await expect(retry()).rejects.toMatchObject({ reason: 'VIDEO_JOB_NOT_OVER' })
    expect((await fixture.makeAll(ann, job.id)).job.status).toBe('completed')
    // As somebody sees it who read the job just before it was completed.
    expect(await workRows(fixture.kernel).progress(job.id)).toEqual({ share: 1, stage: 'joining' })
    expect(await fixture.events(job.id)).toEqual([
      ...['VideoJobCreated', 'VideoJobCancelled'],
      ...['VideoJobCreated', 'VideoProcessingStarted', 'VideoFailed'],
      ...['VideoJobCreated', 'VideoProcessingStarted', 'VideoGenerated'],
    ])
    await expect(get(uuidv7(), job.id)).rejects.toMatchObject({ reason: 'VIDEO_JOB_NOT_FOUND' })
  })

  it('is seen by whoever sees the text that it shows', async () => {
    const ann = uuidv7()
    const story = fixture.story(ann)
    const film = await made(ann, story)
    const see = (viewer?: string) => fixture.call(() => fixture.app.getFilm(story, viewer, ''))
    const hidden = { reason: 'FILM_NOT_FOUND' }
    await expect(see()).rejects.toMatchObject(hidden)
    const seen = { version: 1, contentHash: film.contentHash }
    fixture.mesh.published.set(story, seen)
    expect((await see()).id).toBe(film.id)
    for (const other of [
      { ...seen, version: 0 },
      { ...seen, contentHash: 'b' },
    ]) {
      fixture.mesh.published.set(story, other)
      await expect(see(uuidv7())).rejects.toMatchObject(hidden)
    }
  })

  it('is made once for a publishing, of the text that is published, and not once that is given up', async () => {
    const ann = uuidv7()
    const story = fixture.story(ann)
    const contentHash = 'a'.repeat(64)
    const publishing = (id = uuidv7()) => ({ id, userId: ann, storyId: story, storyVersion: 1, contentHash })
    const film = (of: ReturnType<typeof publishing>) => fixture.call(() => fixture.app.filmStory(of))
    const abandon = (id: string) => fixture.call(() => fixture.app.abandonFilm(id))
    const first = publishing()
    const all = await Promise.all([film(first), film(first), film(first)])
    const [{ id } = { id: '' }] = all
    expect(new Set(all.map((job) => job.id)).size).toBe(1)
    await abandon(first.id)
    expect((await get(ann, id)).status).toBe('cancelled')
    await expect(film(first)).rejects.toMatchObject({ reason: 'FILM_ABANDONED' })
    // The undo comes first, or at the same time.
    const early = publishing()
    await abandon(early.id)
    await expect(film(early)).rejects.toMatchObject({ reason: 'FILM_ABANDONED' })
    for (let turn = 0; turn < 5; turn += 1) {
      const both = publishing()
      await Promise.allSettled([film(both), abandon(both.id)])
      expect(await fixture.call(() => fixture.app.listVideoJobs(ann, story, { size: 9, token: '' }))).toMatchObject({
        items: expect.not.arrayContaining([{ job: { isRunning: true } }]),
      })
    }
    // What its author wanted by themselves goes on.
    const { job: own } = await create(ann, story)
    const shared = publishing()
    expect(await film(shared)).toMatchObject({ id: own.id, publishingId: shared.id })
    await abandon(shared.id)
    const { job: whole } = await fixture.makeAll(ann, own.id)
    expect(whole.status).toBe('completed')
    expect(await film(publishing())).toMatchObject({ id: own.id, status: 'completed' })
    await expect(film({ ...publishing(), contentHash: 'b'.repeat(64) })).rejects.toMatchObject({
      reason: 'NARRATION_OUTDATED',
    })
  })

  it('of a collaboration waits until the story is told, and is left where no film is left', async () => {
    const ann = uuidv7()
    const story = fixture.story(ann, { isRunning: true })
    const jobs = async () =>
      (await fixture.call(() => fixture.app.listVideoJobs(ann, story, { size: 9, token: '' }))).items
    const waits = async () => {
      const [row] = await fixture.database.sql(
        `select (select count(*) from awaited_films where story_id = $1) as awaited,
           (select count(*) from work where id = $1) as work`,
        story,
      )
      return [row?.awaited, row?.work]
    }
    const complete = () => fixture.call(async () => fixture.app.awaitVoices(story, ann))
    const heard = () => fixture.call(() => fixture.app.heardAnew(story))
    await heard()
    expect(await waits()).toEqual([0, 0])
    await complete()
    await fixture.app.filmAwaited(story)
    // An event says when it is told.
    expect([await waits(), await jobs()]).toEqual([[1, 0], []])
    fixture.story(ann, {}, story)
    await heard()
    await fixture.app.filmAwaited(story)
    expect([await waits(), (await jobs()).length]).toEqual([[0, 0], 1])
    fixture.story(ann, { contentHash: 'c'.repeat(64) }, story)
    fixture.mesh.limit(0)
    await complete()
    await fixture.app.filmAwaited(story)
    fixture.mesh.limit(Number.POSITIVE_INFINITY)
    expect([await waits(), (await jobs()).length]).toEqual([[0, 0], 1])
  })
})
