import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { problemsOf } from '#shared/domain/recording.ts'
import { castFor } from '../domain/casting.ts'
import { combined, deliveryOf, neutral } from '../domain/delivery.ts'
import { findWords, type Pronunciation, phonemesOf } from '../domain/lexicon.ts'
import { longestSegment, pieces, planSegments, staleTexts } from '../domain/plan.ts'
import { embeddedLikeness, qualityOf } from '../domain/profile.ts'
import { placeOfRecording, recordedSpeech, recordingsOf } from '../domain/recorded.ts'
import type { Script } from '../domain/script.ts'
import { identityOf, partsOf, type Speech } from '../domain/speech.ts'
import { alignWords, chaptersOf, timelineOf } from '../domain/timing.ts'

const script = (lines: readonly { by?: string; text: string }[], title = 'The Mill'): Script => {
  let at = 0
  const segments = lines.map(({ by, text }) => {
    const start = at
    at += text.length
    return {
      kind: by === undefined ? ('paragraph' as const) : ('dialogue' as const),
      start,
      end: at,
      speakerId: by ?? '',
    }
  })
  const content = lines.map(({ text }) => text).join('')
  const characterIds = [...new Set(lines.flatMap(({ by }) => by ?? []))]
  const about = { storyId: 's', authorId: 'a', language: 'en', version: 1, contentHash: '', analyzed: true }
  return { ...about, title, content, segments, characterIds, emotions: [] }
}

const letters = (texts: readonly string[]) => texts.join('').replace(/[^\p{L}\p{N}]/gu, '')
const anyLine = fc.record({
  by: fc.option(fc.constantFrom('greta', 'tom'), { nil: undefined }),
  text: fc.string({ maxLength: 3000 }),
})

describe('a plan', () => {
  it('says every letter of the story, in order, and nothing longer than a segment', () => {
    fc.assert(
      fc.property(fc.array(anyLine, { maxLength: 8 }), (lines) => {
        const of = script(
          lines.map(({ by, text }) => (by === undefined ? { text } : { by, text })),
          '',
        )
        const plan = planSegments(of)
        // What marks a heading is not said.
        const told = of.content.replace(/#/g, '')
        expect(letters(plan.map(({ text }) => text.replace(/#/g, '')))).toBe(letters([told]))
        for (const { text } of plan) expect(text.length).toBeLessThanOrEqual(longestSegment)
      }),
      { numRuns: 60 },
    )
  })

  it('gives dialogue to whoever speaks, what is told to the narrator, and pauses between', () => {
    const plan = planSegments(
      script([{ text: 'He came.\n\n' }, { by: 'tom', text: '“Well.” ' }, { text: 'Chapter II\n\n' }]),
    )
    expect(plan.map(({ text, characterId, chapter }) => [text, characterId, chapter])).toEqual([
      ['The Mill', '', 'The Mill'],
      ['He came.', '', ''],
      ['“Well.”', 'tom', ''],
      ['Chapter II', '', 'Chapter II'],
    ])
    expect(plan[1]?.pauseMs).toBeGreaterThan(plan[2]?.pauseMs ?? 0)
    expect(plan.at(-1)?.pauseMs).toBe(0)
  })

  it('cuts long texts into pieces that are the text', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 5000, unit: 'grapheme' }), (text) => {
        expect(pieces(text, 100).join('')).toBe(text)
      }),
      { numRuns: 60 },
    )
  })

  it('of a text that stayed is not stale, and of one that changed is', () => {
    const texts = ['The Mill', 'He came.', 'He went.']
    expect(staleTexts(texts, 'The Mill', 'He came.\n\nHe went.')).toEqual([false, false, false])
    expect(staleTexts(texts, 'The Mill', 'She came.\n\nHe went.')).toEqual([false, true, false])
  })
})

describe('a delivery', () => {
  it('is the further from the usual one the stronger the emotion, and stays within bounds', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('joy', 'sadness', 'anger', 'fear', 'calm'),
        fc.integer({ min: 1, max: 9 }),
        (emotion, at) => {
          const [weak, strong] = [deliveryOf(emotion, at), deliveryOf(emotion, at + 1)]
          expect(Math.abs(strong.rate - 1)).toBeGreaterThan(Math.abs(weak.rate - 1))
          expect(Math.abs(strong.pitch)).toBeGreaterThan(Math.abs(weak.pitch))
          const all = combined(strong, strong, strong, strong)
          expect(all.rate >= 0.4 && all.rate <= 2.5 && Math.abs(all.pitch) <= 18 && all.volume <= 8).toBe(true)
        },
      ),
    )
    expect(deliveryOf('', 0)).toEqual(neutral)
  })
})

const lexicon: Pronunciation[] = [
  { word: 'Hermione', language: '', phonemes: "h3m'aI@ni", respelling: 'her-MY-oh-nee' },
  { word: 'Mr. Fox', language: 'en', phonemes: '', respelling: 'Mister Fox' },
]

describe('a lexicon', () => {
  it('finds whole words of its language whatever their case, and leaves the rest as it is', () => {
    const parts = findWords('HERMIONE and Mr. Fox met Hermiones.', 'en-GB', lexicon)
    expect(parts.map(({ text, as }) => [text, as?.word])).toEqual([
      ['HERMIONE', 'Hermione'],
      [' and ', undefined],
      ['Mr. Fox', 'Mr. Fox'],
      [' met Hermiones.', undefined],
    ])
    expect(findWords('Mr. Fox', 'de', lexicon)).toEqual([{ text: 'Mr. Fox' }])
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(
          findWords(text, 'en', lexicon)
            .map((part) => part.text)
            .join(''),
        ).toBe(text)
      }),
    )
  })

  it('is read by phonemes in the embedded engine and by respellings elsewhere', () => {
    expect(partsOf('embedded', 'Hermione!', 'en', lexicon)).toEqual([
      { text: 'Hermione', phonemes: "h3m'aI@ni" },
      { text: '!' },
    ])
    expect(partsOf('openai', 'Hermione!', 'en', lexicon)).toEqual([{ text: 'her-MY-oh-nee!' }])
    expect(() => phonemesOf('a]] <speak>')).toThrow(/mnemonics/)
  })
})

const speech: Speech = {
  ...{ engine: 'embedded', model: 'm', voice: 'f2', language: 'en', parts: [{ text: 'Well.' }], manner: '' },
  ...neutral,
}

describe('what sounds the same', () => {
  it('has the same identity, and everything else another', () => {
    expect(identityOf({ ...speech, rate: 1.0001 })).toBe(identityOf({ ...speech }))
    const others: Partial<Speech>[] = [
      { engine: 'openai' },
      { model: 'n' },
      { voice: 'f3' },
      { language: 'de' },
      { parts: [{ text: 'Well!' }] },
      { parts: [{ text: 'Well.', phonemes: 'w' }] },
      { manner: 'joy 7' },
      { rate: 1.1 },
      { pitch: 1 },
      { range: 1.1 },
      { volume: 1 },
    ]
    const all = [speech, ...others.map((other) => ({ ...speech, ...other }))].map(identityOf)
    expect(new Set(all).size).toBe(all.length)
  })
})

describe('a cast', () => {
  it('has a voice for each that no other has, and the narrator’s for nobody', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 80 }), (count) => {
        const ids = Array.from({ length: count }, (_, place) => `c${place}`)
        const cast = castFor({ engine: 'embedded', model: 'm', voices: ['m3', 'f2', 'm1'] }, ids)
        const voices = [cast.narrator, ...ids.map((id) => cast.of(id))].map(
          ({ voice, delivery }) => `${voice} ${delivery.pitch}`,
        )
        expect(new Set(voices).size).toBe(count + 1)
      }),
      { numRuns: 30 },
    )
  })
})

describe('timing', () => {
  it('puts parts one behind the other, with chapters over all of it', () => {
    const sounds = fc.array(fc.record({ durationMs: fc.integer({ min: 1, max: 9999 }), pauseMs: fc.nat(999) }), {
      minLength: 1,
    })
    fc.assert(
      fc.property(sounds, fc.nat(5), (parts, step) => {
        const line = timelineOf(parts)
        for (const [place, { startMs }] of line.entries()) {
          const before = line[place - 1]
          expect(startMs).toBe(before ? before.endMs + (parts[place - 1]?.pauseMs ?? 0) : 0)
        }
        const chapters = chaptersOf(
          line.map((span, place) => ({ ...span, chapter: place % (step + 1) === 0 ? `c${place}` : '' })),
        )
        expect(chapters[0]?.startMs).toBe(0)
        expect(chapters.at(-1)?.endMs).toBe(line.at(-1)?.endMs)
        for (const [place, { startMs }] of chapters.entries())
          if (place > 0) expect(startMs).toBe(chapters[place - 1]?.endMs)
      }),
    )
  })

  it('finds words in order, within what is heard, with pauses where the punctuation has them', () => {
    const sounding = [
      { startMs: 20, endMs: 500 },
      { startMs: 900, endMs: 2000 },
    ]
    const words = alignWords('Hello, how are you?', sounding)
    expect(words.map(({ text }) => text)).toEqual(['Hello', 'how', 'are', 'you'])
    expect([words[0]?.startMs, words[0]?.endMs, words[1]?.startMs]).toEqual([20, 500, 900])
    fc.assert(
      fc.property(fc.lorem({ maxCount: 30 }), (text) => {
        const found = alignWords(text, sounding)
        expect(found.map((word) => word.text)).toEqual(text.match(/[\p{L}\p{N}]+/gu) ?? [])
        for (const [place, { startMs, endMs }] of found.entries()) {
          expect(startMs).toBeGreaterThanOrEqual(found[place - 1]?.startMs ?? 20)
          expect(endMs).toBeGreaterThanOrEqual(startMs)
          expect(endMs).toBeLessThanOrEqual(2000)
        }
      }),
    )
  })
})

describe('a profile', () => {
  const good = { pitchHz: 200, rangeSemitones: 4, tempo: 4.7, signalToNoiseDb: 40, loudnessLufs: -20, clipped: 0 }
  const samples = (measured: typeof good, count = 6) =>
    Array.from({ length: count }, (_, place) => ({ emotion: `e${place}`, durationMs: 10_000, measured }))

  it('is good when it is clean, levelled, long and various, and says what it lacks', () => {
    expect(qualityOf(samples(good))).toMatchObject({ quality: 1 })
    const noisy = qualityOf(samples({ ...good, signalToNoiseDb: 10 }))
    expect(noisy.quality).toBeLessThan(0.75)
    expect(noisy.reasons[0]).toBe('6 of 6 samples are noisy')
    expect(problemsOf({ ...good, clipped: 0.1 }, 3000)).toEqual([
      'it is too loud for the recorder: its peaks are cut off',
    ])
  })

  it('moves an embedded voice to the height of its speaker', () => {
    expect(embeddedLikeness({ ...good, pitchHz: 190 })).toMatchObject({ voice: 'f2', delivery: { pitch: 0 } })
    expect(embeddedLikeness({ ...good, pitchHz: 206 / 2 })).toMatchObject({ voice: 'm3', delivery: { pitch: 0 } })
    expect(embeddedLikeness({ ...good, pitchHz: 95 * 2 * 1.0595 }).delivery.pitch).toBeCloseTo(1, 1)
  })
})

describe('recorded lines', () => {
  const ids = fc.constantFrom('tom', 'greta')
  const texts = fc.constantFrom('Yes.', 'No.', 'To the mill.')
  const line = fc.record({
    characterId: ids,
    text: texts,
    startMs: fc.nat(9999),
    long: fc.integer({ min: 1, max: 9999 }),
  })

  it('are said by who recorded them, each in its turn, and the last of a text again', () => {
    fc.assert(
      fc.property(fc.array(line), (all) => {
        const lines = all.map(({ long, ...one }, place) => ({
          ...one,
          speakerId: '',
          blob: `collaboration/recordings/${place}.wav`,
          endMs: one.startMs + long,
        }))
        const recorded = recordingsOf(lines)
        for (const characterId of ['tom', 'greta', 'ann'])
          for (const text of ['Yes.', 'No.', 'To the mill.']) {
            const own = lines.filter((one) => one.characterId === characterId && one.text === text)
            expect(recorded.has(characterId, text)).toBe(own.length > 0)
            for (const time of [0, 1, 2, 99])
              expect(recorded.find(characterId, text, time)).toBe(own[Math.min(time, own.length - 1)])
          }
        for (const one of lines)
          expect(placeOfRecording(recordedSpeech(one, 'en'))).toEqual({
            blob: one.blob,
            startMs: one.startMs,
            endMs: one.endMs,
          })
      }),
    )
  })

  it('are not cut where they are long', () => {
    const text = 'Word after word. '.repeat(100).trim()
    const planned = (isRecorded: boolean) => planSegments(script([{ by: 'tom', text }], '…'), () => isRecorded)
    expect(planned(false).length).toBeGreaterThan(1)
    expect(planned(true).map((one) => one.text)).toEqual([text])
  })
})
