import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { wavOf } from '#shared/infrastructure/sound/pcm.ts'
import { uuidv7 } from '#shared/infrastructure/uuid.ts'
import type { EmotionWord } from '../domain/voice-parts.ts'
import { generated, heard } from './heard.ts'
import { openNarration, type TestNarration } from './narration-fixture.ts'
import { inPieces, speech } from './samples.ts'

const signal = new AbortController().signal
const draft = {
  name: 'Ann',
  provider: 'embedded',
  stockVoice: '',
  language: '',
  settings: { rate: 0, pitch: 0, volume: 0 },
} as const

// Programs run with the least priority there is.
const patience = { timeout: 120_000 }

describe('voices', patience, () => {
  let fixture: TestNarration
  let said: Uint8Array
  const ann = uuidv7()

  beforeAll(async () => {
    fixture = await openNarration('narration_voices')
    said = await speech(fixture.kernel.programs)
  })

  afterAll(async () => {
    const [violations, orphans] = [await fixture.violations(), await fixture.sweep()]
    await fixture.close()
    expect(violations).toEqual([])
    expect(orphans).toEqual([])
  })

  const create = async (parts: Partial<Parameters<typeof fixture.app.createVoice>[1]> = {}, owner = ann) =>
    (await fixture.call(() => fixture.app.createVoice(owner, { ...draft, ...parts }))).id
  const upload = (voiceId: string, bytes: Uint8Array, emotion: EmotionWord = 'neutral', owner = ann) =>
    fixture.app.uploadSample(owner, uuidv7(), { voiceId, emotion, text: 'as said', data: inPieces(bytes) }, signal)
  const get = (voiceId: string) => fixture.call(() => fixture.app.getVoice(ann, voiceId))
  const consent = (voiceId: string) =>
    fixture.call(() => fixture.app.recordConsent(ann, voiceId, 'Ann', 'I agree that my voice is used.'))

  describe('a recording', () => {
    let voiceId: string
    let files: Uint8Array[]

    beforeAll(async () => {
      voiceId = await create()
      files = await generated(fixture.kernel.programs, inPieces(said), [
        ...['-i', 'pipe:0', '-f', 'lavfi', '-i', 'color=s=16x16:d=1', '-f', 'lavfi', '-i', 'anullsrc=r=200:cl=mono'],
        ...['-map', '0:a', '-c:a', 'libmp3lame', '-f', 'mp3', '{}'],
        ...['-map', '1:v', '-f', 'matroska', '{}'],
        ...['-map', '2:a', '-t', '36000', '-c:a', 'flac', '-f', 'flac', '{}'],
      ])
    })

    it('is cut at both ends, measured and kept as it was decoded', async () => {
      const silence = new Uint8Array(24_000 * 2)
      const { pcm } = { pcm: said.subarray(44) }
      const padded = wavOf(Buffer.concat([silence, pcm, silence]), 22_050)
      const { sample, count } = await upload(voiceId, padded)
      expect(count).toBe(1)
      const spokenMs = pcm.byteLength / 44.1
      expect(sample.durationMs).toBeLessThan(spokenMs + 200)
      expect(sample.durationMs).toBeGreaterThan(spokenMs - 700)
      const { pitchHz, tempo, signalToNoiseDb, loudnessLufs } = sample.measured
      expect(pitchHz).toBeGreaterThan(85)
      expect(pitchHz).toBeLessThan(125)
      expect(tempo).toBeGreaterThan(3)
      expect(tempo).toBeLessThan(7)
      expect(signalToNoiseDb).toBeGreaterThan(40)
      const key = fixture.app.sampleOf({ userId: ann, voiceId, sampleId: sample.id })
      const { samples, lufs } = await heard(fixture.kernel, key)
      expect(Math.abs(samples.length / 8 - sample.durationMs)).toBeLessThan(5)
      // The meter of ffmpeg hears the same, but for the silence that was cut off.
      expect(Math.abs(lufs - loudnessLufs)).toBeLessThan(1)
      expect(sample.problems).toEqual([])
      expect((await get(voiceId)).status).toBe('collecting')
    })

    it('is taken as MP3, too', async () => {
      const { sample } = await upload(voiceId, files[0] as Uint8Array)
      expect(Math.abs(sample.measured.pitchHz - 103)).toBeLessThan(15)
    })

    const refused = async (bytes: Uint8Array, reason: string) => {
      const before = (await fixture.blobs()).length
      await expect(upload(voiceId, bytes)).rejects.toMatchObject({ kind: 'invalid', reason })
      expect(await fixture.blobs()).toHaveLength(before)
    }

    it('is refused when it is no sound, is cut short, or is something else as well', async () => {
      const zipEnd = Buffer.concat([Buffer.from('PK\x05\x06', 'latin1'), Buffer.alloc(18)])
      await refused(Buffer.from('hello, I am a text and no sound'), 'SAMPLE_FORMAT')
      await refused(gzipSync(Buffer.alloc(30 * 1024 * 1024)), 'SAMPLE_FORMAT')
      await refused(new Uint8Array(0), 'SAMPLE_FORMAT')
      const whole = wavOf(said.subarray(44), 22_050)
      await refused(whole.subarray(0, whole.length / 2), 'SAMPLE_UNREADABLE')
      await refused(Buffer.concat([whole, zipEnd]), 'SAMPLE_AMBIGUOUS')
      await refused(Buffer.concat([whole, Buffer.alloc(100, 7)]), 'SAMPLE_AMBIGUOUS')
      const broken = Buffer.concat([Buffer.from('fLaC'), Buffer.alloc(4096, 0x5a)])
      await refused(broken, 'SAMPLE_UNREADABLE')
      await refused(files[1] as Uint8Array, 'SAMPLE_FORMAT')
    })

    it('is refused when it is too long, silent, too short or too large', async () => {
      const hours = files[2] as Uint8Array
      expect(hours.byteLength).toBeLessThan(20 * 1024 * 1024)
      await refused(hours, 'SAMPLE_TOO_LONG')
      await refused(wavOf(new Uint8Array(62 * 16_000), 8000), 'SAMPLE_TOO_LONG')
      await refused(wavOf(new Uint8Array(5 * 48_000)), 'SAMPLE_SILENT')
      await refused(wavOf(said.subarray(44, 44 + 22_050), 22_050), 'SAMPLE_TOO_SHORT')
      await refused(wavOf(new Uint8Array(21 * 1024 * 1024)), 'SAMPLE_TOO_LARGE')
    })

    it('is its owner’s alone', async () => {
      await expect(upload(voiceId, said, 'neutral', uuidv7())).rejects.toMatchObject({ reason: 'VOICE_NOT_FOUND' })
    })
  })

  it('are trained of five samples of three emotions with consent, and speak as high as their speaker', async () => {
    const woman = await speech(fixture.kernel.programs, 'en+f2', 'Nobody in the village knows why.')
    const voiceId = await create()
    const train = () => fixture.call(() => fixture.app.trainVoice(ann, voiceId))
    for (const emotion of ['joy', 'joy', 'joy', 'fear'] as const) await upload(voiceId, woman, emotion)
    await expect(train()).rejects.toMatchObject({ reason: 'TOO_FEW_SAMPLES' })
    await upload(voiceId, woman, 'fear')
    await expect(train()).rejects.toMatchObject({ reason: 'TOO_FEW_EMOTIONS' })
    const { sample } = await upload(voiceId, woman, 'anger')
    await expect(train()).rejects.toMatchObject({ reason: 'CONSENT_MISSING' })
    await consent(voiceId)
    fixture.mesh.limit(0)
    await expect(train()).rejects.toMatchObject({ reason: 'LIMIT_REACHED' })
    fixture.mesh.limit(10)
    expect((await train()).status).toBe('training')
    const remove = () => fixture.call(() => fixture.app.deleteSample(ann, voiceId, sample.id))
    await expect(remove()).rejects.toMatchObject({ reason: 'SAMPLE_LOCKED' })
    await expect(upload(voiceId, woman)).rejects.toMatchObject({ reason: 'VOICE_TRAINED' })
    await fixture.app.runTraining(voiceId, signal)
    const voice = await get(voiceId)
    expect(voice).toMatchObject({ status: 'ready' })
    expect(voice.quality).toBeGreaterThan(0.5)
    expect(voice.qualityReasons.join()).toContain('3 emotions; six would be better')
    expect(await fixture.events(voiceId)).toEqual([
      ...Array(6).fill('VoiceSampleRecorded'),
      'VoiceProfileTrained',
      'VoiceCloned',
    ])
    const preview = (id: string) =>
      fixture.call(() =>
        fixture.app.previewVoice(ann, id, { text: 'Good day to you.', emotion: 'neutral', payAgain: false }, signal),
      )
    const sound = await preview(voiceId)
    expect(sound.durationMs).toBeGreaterThan(500)
    const asks = await fixture.asks()
    expect(await preview(voiceId)).toEqual(sound)
    expect(await fixture.asks()).toBe(asks)
    await fixture.call(() => fixture.app.deleteVoice(ann, voiceId))
    expect((await fixture.events(voiceId)).at(-1)).toBe('VoiceDeleted')
  })

  it('that come with the engine are ready at once; others there are not', async () => {
    expect(await get(await create({ stockVoice: 'f2' }))).toMatchObject({ status: 'ready', usageKey: '' })
    await expect(create({ stockVoice: 'nobody' })).rejects.toMatchObject({ reason: 'UNKNOWN_STOCK_VOICE' })
    await expect(create({ provider: 'openai' })).rejects.toMatchObject({ reason: 'PROVIDER_NOT_CONFIGURED' })
  })

  it('are erased with their owner, and all that was said with them', async () => {
    await fixture.call(async () => {
      await fixture.app.erasePerson(ann, signal)
    })
    expect(await fixture.blobs()).toEqual([])
    expect((await fixture.call(() => fixture.app.listVoices(ann, { size: 9, token: '' }))).items).toEqual([])
  })
})
