import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { captionsOf } from '../domain/captions.ts'
import { lightnessOf } from '../domain/colour.ts'
import { looksOf } from '../domain/figure-look.ts'
import type { Soundtrack, Told } from '../domain/film.ts'
import { paletteOf } from '../domain/scene-palette.ts'
import { planScenes } from '../domain/scene-plan.ts'
import { openCountry, settingOf } from '../domain/scene-setting.ts'
import { subtitlesOf } from '../infrastructure/render/subtitles.ts'

const characters = [
  { id: 'c', name: 'Clara', role: 'protagonist', traits: ['young girl'] },
  { id: 'w', name: 'the Wolf', role: 'supporting', traits: ['grim'] },
  { id: 'k', name: 'King Otto', role: 'supporting', traits: [] },
]

const graphemes = (text: string): number => [...new Intl.Segmenter().segment(text)].length

/** A narration of texts, each as long as it takes to say and with a pause behind it. */
const tale = (
  lines: readonly (Partial<Told> & { text: string; pauseMs?: number })[],
  more: Partial<Soundtrack> = {},
): Soundtrack => {
  let at = 0
  const segments = lines.map(({ text, pauseMs = 500, ...told }): Told => {
    const startMs = at
    const words = [...text.matchAll(/[\p{L}\p{N}\p{M}’']+/gu)].map(([word]) => {
      const from = at
      at += 80 + word.length * 45
      return { text: word, startMs: from, endMs: at }
    })
    const endMs = Math.max(at, startMs + 40)
    at = endMs + pauseMs
    return { ...{ characterId: '', emotion: '', intensity: 0, ...told }, text, words, startMs, endMs }
  })
  return {
    ...{ title: 'A Tale', author: 'Ada', language: 'en', characters, chapters: [], ...more },
    segments,
    durationMs: more.durationMs ?? at,
  }
}

const word = fc.constantFrom(
  'Clara',
  'river.',
  'went,',
  'night',
  'the',
  'a',
  'Wolf!',
  'castle',
  '“No',
  'yes?”',
  'Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen',
  '👩‍👩‍👧‍👦',
  'é́',
  '…',
)
const line = fc.record({
  text: fc.array(word, { minLength: 1, maxLength: 60 }).map((words) => words.join(' ')),
  characterId: fc.constantFrom('', 'c', 'w', 'nobody'),
  emotion: fc.constantFrom('', 'joy', 'fear', 'unheard of'),
  intensity: fc.integer({ min: 0, max: 10 }),
  pauseMs: fc.integer({ min: 0, max: 3000 }),
})
const tales = fc.array(line, { maxLength: 12 }).map((lines) => tale(lines))

describe('a scene plan', () => {
  it('covers all of the time, in order, without a gap; the title comes first, and every segment is told once it begins', () => {
    fc.assert(
      fc.property(tales, (soundtrack) => {
        const { scenes } = planScenes(soundtrack)
        expect(scenes[0]).toMatchObject({ kind: 'title', startMs: 0 })
        expect(scenes.at(-1)?.endMs).toBe(soundtrack.durationMs)
        for (const [at, scene] of scenes.entries()) {
          expect(scene.endMs).toBeGreaterThanOrEqual(scene.startMs)
          if (at > 0) expect(scene.startMs).toBe(scenes[at - 1]?.endMs)
        }
        const told = scenes.flatMap(({ segments }) => segments)
        expect([...new Set(told)]).toEqual(soundtrack.segments.map((_, place) => place))
        expect(told).toEqual(told.toSorted((a, b) => a - b))
      }),
    )
  })

  it('is the same for the same narration and seed', () => {
    fc.assert(
      fc.property(tales, fc.string(), (soundtrack, seed) => {
        expect(planScenes(structuredClone(soundtrack), seed)).toEqual(planScenes(soundtrack, seed))
      }),
      { numRuns: 30 },
    )
  })

  it('ends with a card only where the sound leaves time for one, with no captions over it', () => {
    fc.assert(
      fc.property(tales, fc.integer({ min: 0, max: 6000 }), (soundtrack, silence) => {
        const plan = planScenes({ ...soundtrack, durationMs: (soundtrack.segments.at(-1)?.endMs ?? 0) + silence })
        const end = plan.scenes.find(({ kind }) => kind === 'end')
        if (silence < 2600) expect(end).toBeUndefined()
        for (const { endMs } of plan.captions) if (end) expect(endMs).toBeLessThanOrEqual(end.startMs)
      }),
    )
  })

  it('shows the title while it is said, and no scene for shorter than a second', () => {
    const { scenes } = planScenes(
      tale([
        { text: 'A Tale' },
        { text: 'Once there was a king in a castle.' },
        { text: 'No!', characterId: 'c', pauseMs: 100 },
        { text: 'Why not, my child? It is late.', characterId: 'k' },
      ]),
    )
    expect(scenes.map(({ kind, segments }) => [kind, segments])).toEqual([
      ['title', [0]],
      ['told', [1, 2]],
      ['told', [3]],
    ])
  })

  it('shows who speaks and whom they speak with, on the same sides, looking at one another', () => {
    const { scenes } = planScenes(
      tale([
        {
          text: 'It was quiet, and nothing moved for a long, long time; not a leaf, not a bird, not the least of mice.',
        },
        { text: 'Who goes there in my forest?', characterId: 'w' },
        { text: 'Only me, on my way home.', characterId: 'c' },
        { text: 'Then King Otto came along with all of his people.' },
      ]),
    )
    const seen = scenes
      .slice(1)
      .map((scene) => scene.seen.map(({ figure, faces, isSpeaker }) => [figure, faces, isSpeaker]))
    expect(seen).toEqual([
      [],
      [[1, expect.anything(), true]],
      [
        [0, 1, true],
        [1, -1, false],
      ],
      [[2, expect.anything(), false]],
    ])
  })

  it('keeps a place and an hour until others are named, in three languages', () => {
    const forest = settingOf('They went into the forest at night; it rained.', 'en', openCountry)
    expect(forest).toEqual({ place: 'forest', hour: 'night', weather: 'rain' })
    expect(settingOf('They sat down and slept.', 'en', forest)).toEqual(forest)
    expect(settingOf('Am Morgen kamen sie an einen Fluss im Nebel.', 'de-CH', forest)).toEqual({
      place: 'river',
      hour: 'dawn',
      weather: 'fog',
    })
    expect(settingOf('La reina vivía en un castillo junto al mar; nevaba.', 'es', forest)).toEqual({
      place: 'castle',
      hour: 'night',
      weather: 'snow',
    })
    expect(settingOf('Dans la forêt', 'fr', openCountry)).toEqual(openCountry)
  })

  it('is darker in fear than in joy, and the more so the stronger it is', () => {
    const sky = (emotion: string, strength: number) => lightnessOf(paletteOf(openCountry, { emotion, strength }).skyTop)
    expect(sky('fear', 1)).toBeLessThan(sky('fear', 0.2))
    expect(sky('fear', 0.2)).toBeLessThan(sky('joy', 0.2))
  })

  it('gives everybody a look of their own that stays the same, and says what they are', () => {
    const looks = looksOf(characters)
    expect(looksOf(characters)).toEqual(looks)
    expect(looks).toMatchObject([
      { species: 'human', age: 'child', isFeminine: true },
      { species: 'wolf' },
      { headwear: 'crown', isFeminine: false },
    ])
    expect(new Set(looks.map(({ clothes }) => clothes)).size).toBe(3)
  })
})

describe('captions', () => {
  it('say all that is said, in at most two lines of 42, never two at once, from the first word to the last', () => {
    fc.assert(
      fc.property(tales, (soundtrack) => {
        const captions = captionsOf(soundtrack)
        const joined = (text: string) => text.replace(/\s+/gu, '')
        expect(joined(captions.flatMap(({ lines }) => lines).join(''))).toBe(
          joined(soundtrack.segments.map(({ text }) => text).join('')),
        )
        for (const [at, { lines, startMs, endMs }] of captions.entries()) {
          expect(lines.length).toBeLessThanOrEqual(2)
          for (const each of lines) expect(graphemes(each)).toBeLessThanOrEqual(42)
          expect(endMs).toBeGreaterThanOrEqual(startMs)
          expect(startMs).toBeGreaterThanOrEqual(captions[at - 1]?.endMs ?? 0)
        }
      }),
    )
  })

  it('begin anew behind a sentence and behind a pause, and keep characters whole', () => {
    const soundtrack = tale([{ text: 'Stop! Who is there?' }, { text: '👩‍👩‍👧‍👦'.repeat(60) }])
    const [first, second, ...others] = captionsOf(soundtrack)
    expect([first?.lines, second?.lines]).toEqual([['Stop!'], ['Who is there?']])
    expect(first).toMatchObject({ startMs: soundtrack.segments[0]?.words[0]?.startMs })
    expect(
      others.flatMap(({ lines }) => lines).every((each) => graphemes(each) * '👩‍👩‍👧‍👦'.length === each.length),
    ).toBe(true)
  })

  it('are written as subtitles that no sign in them breaks', () => {
    expect(subtitlesOf([{ startMs: 3_723_004, endMs: 3_724_050, lines: ['a <b>', '{c}'] }])).toBe(
      '1\n01:02:03,004 --> 01:02:04,050\na ‹b›\n(c)\n',
    )
  })
})
