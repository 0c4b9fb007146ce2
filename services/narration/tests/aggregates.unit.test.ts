import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { recordedEvents } from '#shared/domain/aggregate.ts'
import { StoryNarration } from '../domain/narration.ts'
import { NarratorVoice } from '../domain/voice.ts'
import { type EmotionWord, emotionWords, type VoiceSample } from '../domain/voice-parts.ts'

const now = new Date('2026-11-20T10:00:00Z')
const measured = { pitchHz: 150, rangeSemitones: 4, tempo: 4, signalToNoiseDb: 40, loudnessLufs: -20, clipped: 0 }

const sample = (id: string, emotion: EmotionWord): VoiceSample => ({
  ...{ id, emotion, text: '', durationMs: 3000, size: 1, measured, problems: [], recordedAt: now.toISOString() },
})

const newVoice = (stockVoice = '') =>
  new NarratorVoice(
    {
      ...{ id: 'v', userId: 'u', name: 'Ann', provider: 'embedded', stockVoice, language: '' },
      settings: { rate: 0, pitch: 0, volume: 0 },
    },
    now,
  )

const names = (aggregate: NarratorVoice | StoryNarration) => recordedEvents(aggregate).map(({ schema }) => schema.name)

describe('a voice', () => {
  it('is trained of five samples over three emotions with consent, and of nothing less', () => {
    const emotions = fc.array(fc.constantFrom(...(Object.keys(emotionWords) as EmotionWord[])), { maxLength: 9 })
    fc.assert(
      fc.property(emotions, fc.boolean(), (felt, hasConsent) => {
        const voice = newVoice()
        for (const [place, emotion] of felt.entries()) voice.addSample(sample(`s${place}`, emotion))
        if (hasConsent) voice.recordConsent({ speakerName: 'Ann', statement: 'I agree.', at: now.toISOString() })
        const isEnough = felt.length >= 5 && new Set(felt).size >= 3 && hasConsent
        if (!isEnough) {
          expect(() => voice.train('key')).toThrow()
          return
        }
        voice.train('key')
        expect(() => voice.removeSample('s0')).toThrow('made of this sample')
        expect(() => voice.addSample(sample('more', 'joy'))).toThrow('is trained')
        expect(() => voice.delete()).toThrow('being trained')
        voice.finishTraining('')
        voice.finishTraining('')
        expect(names(voice).slice(-2)).toEqual(['VoiceProfileTrained', 'VoiceCloned'])
        expect(voice.status).toBe('ready')
      }),
    )
  })

  it('whose training failed takes samples again', () => {
    const voice = newVoice()
    for (const emotion of ['joy', 'fear', 'anger', 'joy', 'joy'] as const)
      voice.addSample(sample(`${emotion}${voice.samples.length}`, emotion))
    voice.recordConsent({ speakerName: 'Ann', statement: 'I agree.', at: now.toISOString() })
    voice.train('key')
    voice.failTraining('PROVIDER_UNAVAILABLE')
    expect(voice).toMatchObject({ status: 'failed', usageKey: '' })
    voice.removeSample('joy0')
    expect(voice.samples).toHaveLength(4)
  })

  it('that comes with its engine speaks at once, and one to be trained does not', () => {
    const models = { embedded: 'espeak-ng', openai: '', elevenlabs: '' }
    expect(newVoice('f2').toBeCast(models)).toMatchObject({ voice: 'f2', engine: 'embedded' })
    expect(() => newVoice().toBeCast(models)).toThrow('not ready')
  })
})

describe('a narration', () => {
  const script = {
    ...{ storyId: 's', authorId: 'u', title: 'The Mill', language: 'en', version: 1, contentHash: 'h' },
    ...{ analyzed: true, characterIds: [] },
  }
  const map = { narratorVoiceId: '', characterVoiceIds: {} }
  const sound = { mp3: 'a', opus: 'b', durationMs: 9 }
  const run = (id: string, paidCharacters = 0) => {
    const usageKey = paidCharacters > 0 ? `key ${id}` : ''
    return { id, segments: 1, paidCharacters, costMicros: 0, usageKey, publishingId: '' }
  }

  it('goes through one run at a time, and tells its end once, whatever comes late', () => {
    type Step = 'tell' | 'process' | 'complete' | 'late' | 'fail' | 'cancel'
    const steps = fc.array(fc.constantFrom<Step>('tell', 'process', 'complete', 'late', 'fail', 'cancel'), {
      maxLength: 30,
    })
    fc.assert(
      fc.property(steps, (all) => {
        const narration = new StoryNarration('n', 's', 'u', now)
        let [begun, over] = [0, 0]
        for (const step of all) {
          const isRunning = begun > over
          const id = `r${begun}`
          if (step === 'tell' && isRunning) expect(() => narration.tell(script, map, run('x'), now)).toThrow('narrated')
          else if (step === 'tell') {
            begun += 1
            narration.tell(script, map, run(`r${begun}`), now)
          } else if (begun === 0) continue
          else if (step === 'process') narration.process(id, now)
          else if (step === 'complete') narration.complete(id, sound, [], now)
          else if (step === 'late') narration.complete(`r${begun - 1}`, sound, [], now)
          else if (step === 'fail') narration.fail(id, 'INTERNAL', 0, now)
          else if (isRunning) narration.cancel(0, now)
          else expect(() => narration.cancel(0, now)).toThrow('not being made')
          if (isRunning && ['complete', 'fail', 'cancel'].includes(step)) over += 1
          expect(narration.isRunning && narration.runId !== '').toBe(begun > over)
          expect(recordedEvents(narration)).toHaveLength(over)
        }
        expect(names(narration).filter((name) => name === 'NarrationGenerated').length).toBeLessThanOrEqual(1)
      }),
    )
  })

  it('takes what was paid, and gives back what was not', () => {
    const narration = new StoryNarration('n', 's', 'u', now)
    narration.tell(script, map, run('a', 1001), now)
    narration.cancel(0, now)
    narration.tell(script, map, run('b', 1001), now)
    narration.complete('b', sound, [], now)
    const told = recordedEvents(narration).map(({ message }) => message)
    expect(told).toMatchObject([
      { reason: 'CANCELLED', usageKey: 'key a', paidThousands: 0 },
      { usageKey: 'key b', paidThousands: 2 },
    ])
  })
})
