import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { recordedEvents } from '#shared/domain/aggregate.ts'
import type { DomainError } from '#shared/domain/errors.ts'
import { planClips } from '../domain/clip-plan.ts'
import type { Told } from '../domain/film.ts'
import { type Configuration, configured, identityOf, providerNames, usual } from '../domain/job-parts.ts'
import { chooseProviders, clipCount, type Offer } from '../domain/provider-choice.ts'
import { VideoJob } from '../domain/video-job.ts'

const now = new Date('2026-11-20T10:00:00Z')
const reasonOf = (run: () => unknown): string => {
  try {
    run()
  } catch (error) {
    return (error as DomainError).reason
  }
  return ''
}

const configurations = fc.record<Configuration>({
  provider: fc.constantFrom('', ...providerNames),
  captions: fc.constantFrom('burnt', 'soft', 'none'),
  style: fc.constantFrom('', 'oil', 'ink'),
  maxClips: fc.integer({ min: 1, max: 40 }),
  maxCostMicros: fc.constantFrom(0, 100_000, 1_000_000),
})

const offers = fc.uniqueArray(
  fc.record<Offer>({
    name: fc.constantFrom(...providerNames),
    isHealthy: fc.boolean(),
    queue: fc.nat(5),
    takesStyle: fc.boolean(),
    clipSeconds: fc.constantFrom(0, 1, 5, 10),
    clipMicros: fc.nat(500_000),
  }),
  { selector: ({ name }) => name, maxLength: 4 },
)

describe('a job', () => {
  const order = {
    ...{ id: 'job', storyId: 'story', userId: 'ann', narrationId: 'n', soundBlob: 's', soundMs: 1000 },
    ...{ storyVersion: 1, contentHash: 'h', configuration: usual, cacheKey: 'k', publishingId: 'p' },
  }
  const film = {
    video: 'v',
    thumbnail: 't',
    durationMs: 1000,
    width: 1280,
    height: 720,
    size: 1,
    captions: 'burnt',
  } as const
  type Act = { what: 'process' | 'complete' | 'fail' | 'lose' | 'cancel' | 'retry' | 'serve'; run: number }
  const acts = fc.array(
    fc.record<Act>({
      what: fc.constantFrom('process', 'complete', 'fail', 'lose', 'cancel', 'retry', 'serve'),
      run: fc.nat(3),
    }),
    { maxLength: 20 },
  )

  it('ends each try that it begins by one event with the same usage key, and hears no try but the present one', () => {
    fc.assert(
      fc.property(acts, (all) => {
        const run = (number: number) => ({ id: `run${number}`, usageKey: `key${number}`, estimatedCostMicros: 0 })
        const job = new VideoJob(order, run(0), now)
        let tries = 0
        for (const { what, run: number } of all) {
          const [id, before] = [`run${number}`, job.status]
          const isPresent = number === tries && job.isRunning
          if (what === 'process') job.process(id, now)
          if (what === 'complete') job.complete(id, film, 5, now)
          if (what === 'fail') job.fail(id, 'WHY', 5, now)
          if (what === 'lose') job.lose(id, 'WHY', 5, now)
          if (what === 'serve') job.serve('another')
          if (what === 'cancel')
            expect(reasonOf(() => job.cancel(0, now))).toBe(
              before === 'queued' || before === 'processing' ? '' : 'VIDEO_JOB_NOT_RUNNING',
            )
          if (what === 'retry') {
            const isOver = before === 'failed' || before === 'cancelled' || before === 'unknown'
            expect(reasonOf(() => job.retry(run(tries + 1), now))).toBe(isOver ? '' : 'VIDEO_JOB_NOT_OVER')
            if (isOver) tries += 1
          }
          if (['complete', 'fail', 'lose', 'process'].includes(what) && !isPresent) expect(job.status).toBe(before)
          expect(job.film !== undefined).toBe(job.status === 'completed')
          expect(job.failureReason !== '').toBe(job.status === 'failed' || job.status === 'unknown')
        }
        const told = recordedEvents(job)
          .filter(({ schema }) => schema.name !== 'VideoProcessingStarted')
          .map(({ schema, message }) => ({
            name: schema.name,
            key: (message as unknown as { usageKey: string }).usageKey,
          }))
        for (const [at, { name, key }] of told.entries()) {
          expect(name === 'VideoJobCreated').toBe(at % 2 === 0)
          expect(key).toBe(`key${Math.floor(at / 2)}`)
        }
        expect(told.length).toBe(2 * tries + (job.isRunning ? 1 : 2))
      }),
    )
  })
})

describe('films that are alike', () => {
  const key = (told: { contentHash: string; soundBlob: string }, wanted: Configuration) =>
    identityOf(told, configured(wanted))

  it('have one key, whatever they may cost; whatever shows or is heard makes another', () => {
    const told = { contentHash: 'h', soundBlob: 's' }
    fc.assert(
      fc.property(configurations, configurations, (a, b) => {
        const isDrawn = a.provider === 'embedded' && b.provider === 'embedded'
        const isAlike =
          a.provider === b.provider &&
          a.captions === b.captions &&
          a.style === b.style &&
          (isDrawn || a.maxClips === b.maxClips)
        expect(key(told, a) === key(told, b)).toBe(isAlike)
        expect(key({ ...told, soundBlob: 'other' }, a)).not.toBe(key(told, a))
        expect(key({ ...told, contentHash: 'other' }, a)).not.toBe(key(told, a))
      }),
    )
    expect(key(told, { ...usual, style: ' two  words ' })).toBe(key(told, { ...usual, style: 'two words' }))
    expect(key(told, { ...usual, maxClips: 0 })).toBe(key(told, usual))
  })
})

describe('who makes a film', () => {
  it('is whoever can, within the cost, the healthy first, then the cheaper, then the freer', () => {
    fc.assert(
      fc.property(offers, configurations, fc.integer({ min: 1, max: 600_000 }), (all, wanted, durationMs) => {
        const price = ({ clipSeconds, clipMicros }: Offer) =>
          clipCount(durationMs, clipSeconds, wanted.maxClips) * clipMicros
        const named = all.filter(({ name }) => wanted.provider === '' || wanted.provider === name)
        const able = named.filter(({ takesStyle }) => wanted.style === '' || takesStyle)
        const payable = able.filter((offer) => wanted.maxCostMicros === 0 || price(offer) <= wanted.maxCostMicros)
        const expected =
          named.length === 0
            ? 'PROVIDER_NOT_CONFIGURED'
            : able.length === 0
              ? 'NO_PROVIDER'
              : payable.length === 0
                ? 'COST_TOO_HIGH'
                : ''
        expect(reasonOf(() => chooseProviders(all, wanted, durationMs))).toBe(expected)
        if (expected !== '') return
        const chosen = chooseProviders(all, wanted, durationMs)
        expect(chosen.map(({ name }) => name).toSorted()).toEqual(payable.map(({ name }) => name).toSorted())
        const ranks = chosen.map(({ name, costMicros }) => {
          const offer = all.find((each) => each.name === name) as Offer
          expect(costMicros).toBe(price(offer))
          return [offer.isHealthy ? 0 : 1, costMicros, offer.queue] as const
        })
        const isBefore = (a: readonly number[], b: readonly number[]): boolean => {
          const at = a.findIndex((value, place) => value !== b[place])
          return at < 0 || (a[at] ?? 0) < (b[at] ?? 0)
        }
        for (const [at, rank] of ranks.slice(1).entries()) expect(isBefore(ranks[at] ?? [], rank)).toBe(true)
      }),
    )
  })
})

describe('the clips of a film', () => {
  const segments = fc
    .array(fc.record({ pause: fc.nat(2000), length: fc.integer({ min: 1, max: 9000 }), text: fc.string() }), {
      minLength: 1,
      maxLength: 30,
    })
    .map((parts) => {
      let at = 0
      return parts.map(({ pause, length, text }): Told => {
        const startMs = at + pause
        at = startMs + length
        return { startMs, endMs: at, text, characterId: '', emotion: '', intensity: 0, words: [] }
      })
    })

  it('cover it one behind the other, are no more than wanted, and begin where something is said', () => {
    fc.assert(
      fc.property(segments, fc.integer({ min: 1, max: 40 }), fc.nat(3000), (told, count, rest) => {
        const durationMs = (told.at(-1)?.endMs ?? 0) + rest
        const about = {
          title: '',
          author: '',
          language: 'en',
          characters: [],
          chapters: [],
          durationMs,
          segments: told,
        }
        const clips = planClips(about, count, 'ink')
        expect(clips.length).toBeGreaterThan(0)
        expect(clips.length).toBeLessThanOrEqual(count)
        expect(clips.map(({ startMs }) => startMs)).toEqual([0, ...clips.slice(0, -1).map(({ endMs }) => endMs)])
        expect(clips.at(-1)?.endMs).toBe(durationMs)
        const starts = new Set([0, ...told.map(({ startMs }) => startMs)])
        for (const { startMs, endMs, prompt } of clips) {
          expect(endMs).toBeGreaterThan(startMs)
          expect(starts.has(startMs)).toBe(true)
          expect(prompt.length).toBeLessThanOrEqual(900)
          expect(prompt.isWellFormed() || told.some(({ text }) => !text.isWellFormed())).toBe(true)
        }
      }),
    )
  })

  it('say who is seen, what is felt and what is told', () => {
    const at = (place: number, text: string, characterId: string, emotion: string): Told => ({
      ...{ startMs: place * 1000, endMs: place * 1000 + 900, text, characterId, emotion, intensity: emotion ? 8 : 0 },
      words: [],
    })
    const about = {
      ...{ title: '', author: '', language: 'en', chapters: [], durationMs: 2000 },
      characters: [
        { id: 'g', name: 'Greta', role: '', traits: ['brave', 'small'] },
        { id: 't', name: 'Tom', role: '', traits: [] },
      ],
      segments: [at(0, '“Go!”', 'g', 'fear'), at(1, 'They went.', '', '')],
    }
    const [first, second] = planClips(about, 2, '')
    expect(first?.prompt).toContain('Characters: Greta (brave, small). Mood: fear. Scene: “Go!”')
    expect(second?.prompt).not.toMatch(/Greta|Mood/)
  })
})
