import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { EnvReader } from '#shared/infrastructure/config.ts'
import { uuidv7 } from '#shared/infrastructure/uuid.ts'
import { usual } from '../domain/job-parts.ts'
import type { ClipVendor } from '../domain/vendor.ts'
import { chosenVendors } from '../infrastructure/vendors/vendors.ts'
import { fate } from './fate.ts'
import { openVendors, type Vendors } from './vendor-stand-in.ts'
import { openVideogen, soundMs, type TestVideogen } from './videogen-fixture.ts'

// Programs run with the least priority there is.
const patience = { timeout: 120_000 }
const signal = new AbortController().signal
const micros = 10_000

describe('a film of clips', patience, () => {
  let vendors: Vendors
  let fixture: TestVideogen
  let ann: string
  const life = fate()

  beforeAll(async () => {
    vendors = await openVendors(async () => fixture.clip)
    const settings = ['runway', 'luma', 'pika'].flatMap((name) => [
      [`TROUPE_${name.toUpperCase()}_API_KEY`, 'k'],
      [`TROUPE_${name.toUpperCase()}_BASE_URL`, `${vendors.url}/${name}`],
    ])
    const { runway, luma, pika } = await chosenVendors({ env: new EnvReader(Object.fromEntries(settings)) })
    if (!runway || !luma || !pika) throw new Error('one is not chosen')
    // Of a second each: two make a film.
    const short = (vendor: ClipVendor, clipMicros: number) => ({ ...vendor, clipSeconds: 1, clipMicros })
    fixture = await openVideogen('videogen_vendors', {
      vendors: { runway: short(runway, micros), luma: short(luma, 2 * micros), pika: short(pika, 3 * micros) },
      between: life.between,
    })
  })

  beforeEach(async () => {
    ann = uuidv7()
    vendors.forget()
    fixture.mesh.limit(Number.POSITIVE_INFINITY)
    life.beBorn()
    await fixture.database.sql('delete from providers')
  })

  afterAll(async () => {
    const [violations, orphans] = [await fixture.violations(), await fixture.sweep()]
    await fixture.close()
    await vendors.stop()
    expect(violations).toEqual([])
    // What was cancelled in tests is kept for another try.
    expect(orphans).toEqual([])
  })

  const begin = async (provider: '' | 'runway' | 'luma' | 'pika', storyId = fixture.story(ann), more = {}) => {
    const wanted = { ...usual, provider, style: 'watercolour', ...more }
    return (await fixture.call(() => fixture.app.createVideoJob(ann, storyId, wanted))).job
  }
  const retry = (id: string, payAgain: boolean) => fixture.call(() => fixture.app.retryVideoJob(ann, id, payAgain))
  /** Works on a film until it is over, or all its clips are there: joining them takes long. */
  const fetchAll = async (id: string) => {
    life.joins(false)
    for (let turn = 0; turn < 20 && !life.isDead() && (await fixture.see(ann, id)).job.isRunning; turn += 1)
      await fixture.make(id).catch((error: unknown) => {
        if (!life.isDead()) throw error
      })
    life.joins(true)
    life.beBorn()
    const { job, clips } = await fixture.see(ann, id)
    return { job, clips, isThere: clips.every(({ state }) => state === 'ready') }
  }
  const statesOf = async (id: string) => (await fixture.see(ann, id)).clips.map(({ state }) => state)

  describe.each(['runway', 'luma', 'pika'] as const)('of %s', (name) => {
    it('is asked for clip by clip, fetched, and joined with its sound and captions; each is paid for once', async () => {
      const story = fixture.story(ann)
      const price = { runway: micros, luma: 2 * micros, pika: 3 * micros }[name]
      const captions = { runway: 'burnt', luma: 'soft', pika: 'none' }[name] as 'burnt' | 'soft' | 'none'
      const { id, estimatedCostMicros, usageKey } = await begin(name, story, { captions })
      expect([estimatedCostMicros, fixture.mesh.reserved.at(-1)]).toEqual([2 * price, usageKey])
      const { job, clips } = await fixture.makeAll(ann, id)
      expect(job).toMatchObject({ status: 'completed', provider: name, actualCostMicros: 2 * price })
      expect(clips.map(({ startMs, endMs, state }) => [startMs, endMs, state])).toEqual([
        [0, soundMs / 2, 'ready'],
        [soundMs / 2, soundMs, 'ready'],
      ])
      expect(vendors.accepted).toHaveLength(2)
      expect(vendors.accepted[0]?.prompt).toMatch(/^watercolour.*Scene: A girl lived by the mill/)
      expect(await fixture.events(id)).toEqual(['VideoJobCreated', 'VideoProcessingStarted', 'VideoGenerated'])
      const film = job.film
      if (!film) throw new Error('it has no film')
      const probe = await fixture.kernel.programs.run({
        program: 'ffprobe',
        args: ['-v', 'error', '-show_streams', '-show_format', '-of', 'json', '-f', 'mp4', 'pipe:0'],
        input: await fixture.kernel.blobs.open(film.video),
      })
      const { streams, format } = JSON.parse(probe.stdout.toString())
      const codecs = streams.map((stream: { codec_name: string }) => stream.codec_name)
      expect(codecs).toEqual(['h264', 'aac', ...(captions === 'soft' ? ['mov_text'] : [])])
      expect(streams[0]).toMatchObject({ width: 1280, height: 720, pix_fmt: 'yuv420p' })
      expect(Math.abs(Number(format.duration) * 1000 - soundMs)).toBeLessThan(100)
      const bytes = await fixture.bytes(film.video)
      expect([bytes.length, bytes.indexOf('moov') < bytes.indexOf('mdat')]).toEqual([film.size, true])
      expect((await fixture.bytes(film.thumbnail)).subarray(0, 2).toString('hex')).toBe('ffd8')
      expect((await fixture.blobs()).filter((key) => key.includes(id)).toSorted()).toEqual(
        [film.thumbnail, film.video].toSorted(),
      )
      // The same once more is there already.
      const [reserved, before] = [fixture.mesh.reserved.length, vendors.accepted.length]
      const again = await fixture.call(() =>
        fixture.app.createVideoJob(ann, story, { ...usual, provider: name, style: ' watercolour ', captions }),
      )
      expect([again.isCached, again.job.id]).toEqual([true, id])
      expect([fixture.mesh.reserved.length, vendors.accepted.length]).toEqual([reserved, before])
    })

    it('whose answer is lost is never paid for twice unawares', async () => {
      const { id } = await begin(name)
      vendors.be('lose')
      const first = await fetchAll(id)
      if (name === 'luma') {
        expect(first.isThere).toBe(true)
        expect(vendors.accepted).toHaveLength(2)
        const unheard = await begin(name, fixture.story(ann, { contentHash: 'b'.repeat(64) }))
        vendors.be('lose-unheard')
        expect((await fetchAll(unheard.id)).isThere).toBe(true)
        expect(vendors.accepted).toHaveLength(4)
        return
      }
      expect(first.job).toMatchObject({ status: 'unknown', failureReason: 'FILM_UNKNOWN' })
      expect(await statesOf(id)).toEqual(['unknown', 'planned'])
      expect((await fixture.events(id)).at(-1)).toBe('VideoFailed')
      await expect(retry(id, false)).rejects.toMatchObject({ reason: 'FILM_UNKNOWN' })
      expect(vendors.accepted).toHaveLength(1)
      await retry(id, true)
      const { job } = await fixture.makeAll(ann, id)
      // The lost one is counted, too.
      const price = name === 'runway' ? micros : 3 * micros
      expect(job).toMatchObject({ status: 'completed', actualCostMicros: 3 * price })
      expect(vendors.accepted).toHaveLength(3)
    })

    it('that is refused, fails, or is forgotten by its vendor is given up, and goes on where it stopped', async () => {
      const { id } = await begin(name)
      vendors.be('answer', 401)
      expect((await fixture.makeAll(ann, id)).job).toMatchObject({
        status: 'failed',
        failureReason: 'PROVIDER_CREDENTIALS',
      })
      expect(await statesOf(id)).toEqual(['accepted', 'planned'])
      vendors.be('vanish')
      await retry(id, false)
      expect((await fixture.makeAll(ann, id)).job).toMatchObject({ status: 'failed', failureReason: 'CLIP_FAILED' })
      await expect(retry(id, false)).rejects.toMatchObject({ reason: 'FILM_UNKNOWN' })
      vendors.be('fail')
      await retry(id, true)
      const { clips } = await fixture.makeAll(ann, id)
      expect(clips[1]).toMatchObject({ state: 'failed', failureReason: 'SAFETY' })
      await retry(id, true)
      vendors.be(429, 500)
      expect((await fetchAll(id)).isThere).toBe(true)
      expect(vendors.accepted).toHaveLength(4)
    })
  })

  it('goes to the next vendor only where the first did not take it, and to none where one was named', async () => {
    const price = await fixture.call(() =>
      fixture.app.estimateCost(ann, fixture.story(ann), { ...usual, style: 'oil', maxCostMicros: 4 * micros }),
    )
    expect(price.best).toMatchObject({ name: 'runway', clips: 2, costMicros: 2 * micros })
    const { id } = await begin('')
    vendors.be(429, 'answer', 401)
    const { job, clips } = await fixture.makeAll(ann, id)
    expect(job).toMatchObject({ status: 'completed', actualCostMicros: 4 * micros })
    expect(clips.map(({ provider }) => provider)).toEqual(['luma', 'luma'])
    // Luma was refused once more than Runway is sick: what is well is asked first.
    const lost = await begin('', fixture.story(ann, { contentHash: 'c'.repeat(64) }))
    await fixture.database.sql(`delete from providers`)
    vendors.be('lose')
    expect((await fixture.makeAll(ann, lost.id)).job).toMatchObject({ status: 'unknown', provider: 'runway' })
    const tight = { maxCostMicros: 2 * micros }
    const dear = await begin('', fixture.story(ann, { contentHash: 'd'.repeat(64) }), tight)
    vendors.be(400)
    expect((await fixture.makeAll(ann, dear.id)).job).toMatchObject({ status: 'failed', failureReason: 'FILM_REFUSED' })
    await expect(begin('luma', fixture.story(ann), tight)).rejects.toMatchObject({ reason: 'COST_TOO_HIGH' })
  })

  it.each(['runway', 'luma'] as const)('of %s is paid for once wherever its process ends', async (name) => {
    life.joins(false)
    let crashes = 0
    /** Works until the process ends, or nothing is to be done any more. */
    const live = async (id: string) => {
      for (let turn = 0; turn < 12 && !life.isDead(); turn += 1) {
        if (!(await fixture.see(ann, id)).job.isRunning) return
        await fixture.make(id).catch((error: unknown) => {
          if (!life.isDead()) throw error
        })
      }
    }
    for (let point = 2; ; point += 1) {
      vendors.forget()
      const { id, storyId } = await begin(name)
      life.dieAt(Math.floor(point / 2), point % 2 === 1)
      await live(id)
      const hasCome = life.hasCome()
      life.beBorn()
      await live(id)
      const { job, clips } = await fixture.see(ann, id)
      if (job.status === 'unknown') expect([name, vendors.accepted.length < 3]).toEqual(['runway', true])
      else expect([clips.map(({ state }) => state), vendors.accepted.length]).toEqual([['ready', 'ready'], 2])
      expect(new Set(vendors.accepted.map(({ prompt }) => prompt)).size).toBe(vendors.accepted.length)
      await fixture.call(() => fixture.app.removeFilms(storyId))
      if (!hasCome) break
      crashes += 1
    }
    life.joins(true)
    expect(crashes).toBeGreaterThan(40)
  })

  it('of somebody who leaves while it is asked for leaves nothing', async () => {
    const { id } = await begin('runway')
    const { asked, answer } = vendors.hold()
    const making = fixture.make(id)
    await asked
    await fixture.call(async () => void (await fixture.app.erasePerson(ann, signal)))
    answer()
    await making
    await expect(begin('runway')).rejects.toMatchObject({ kind: 'conflict' })
    const [row] = await fixture.database.sql(
      `select (select count(*) from video_jobs where user_id = $1) + (select count(*) from work where id = $2) as rows`,
      ann,
      id,
    )
    expect(row).toEqual({ rows: 0 })
    expect((await fixture.blobs()).filter((key) => key.includes(ann))).toEqual([])
  })
})
