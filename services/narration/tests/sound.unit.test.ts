import { describe, expect, it } from 'vitest'
import { limited, limitedPieces } from '#shared/infrastructure/sound/level.ts'
import { loudnessMeter, loudnessOf } from '#shared/infrastructure/sound/loudness.ts'
import { measure } from '#shared/infrastructure/sound/measure.ts'
import { readWav, sampleRate, toFloats, toPcm, wavOf, wavSound } from '#shared/infrastructure/sound/pcm.ts'
import { resample } from '#shared/infrastructure/sound/resample.ts'
import { gainFor, levelled } from '../infrastructure/sound/whole-level.ts'
import { tone } from './samples.ts'

const rms = (samples: Float32Array) =>
  Math.sqrt(samples.reduce((sum, value) => sum + value * value, 0) / samples.length)

describe('sound', () => {
  it('is as loud as ITU-R BS.1770 has it: a full 997 Hz tone on one channel is −3.01 LUFS', () => {
    expect(loudnessOf(tone(997, 2, 48_000, 1), 48_000)).toBeCloseTo(-3.01, 1)
    expect(loudnessOf(tone(997, 2, 48_000, 0.1), 48_000)).toBeCloseTo(-23.01, 1)
    expect(loudnessOf(new Float32Array(48_000), 48_000)).toBe(-70)
  })

  it('is as loud in pieces as in one, and silence between its parts does not make it softer', () => {
    const parts = [tone(300, 1.3), new Float32Array(sampleRate), tone(500, 0.7, sampleRate, 0.25)]
    const whole = Float32Array.from(parts.flatMap((part) => [...part]))
    const meter = loudnessMeter(sampleRate)
    for (let at = 0; at < whole.length; at += 997) meter.push(whole.subarray(at, at + 997))
    expect(meter.lufs()).toBe(loudnessOf(whole, sampleRate))
    expect(meter.peak()).toBeCloseTo(0.5, 3)
    expect(meter.lufs()).toBeGreaterThan(loudnessOf(parts[2] as Float32Array, sampleRate))
    expect(meter.lufs()).toBeLessThan(loudnessOf(parts[0] as Float32Array, sampleRate))
  })

  it('keeps its tones at another rate, and loses what that cannot hold', () => {
    const low = resample(tone(440, 1, 22_050), 22_050, 24_000)
    expect(low.length).toBe(24_000)
    expect(rms(low)).toBeCloseTo(0.5 / Math.SQRT2, 2)
    const kept = tone(440, 1).subarray(100, 23_000)
    const worst = kept.reduce((most, value, at) => Math.max(most, Math.abs(value - (low[at + 100] ?? 0))), 0)
    expect(worst).toBeLessThan(0.01)
    expect(rms(resample(tone(11_000, 1), 24_000, 8000).subarray(100, 7900))).toBeLessThan(0.02)
  })

  it('is measured: the height of a voice, and how far it is above the noise', () => {
    const noise = (amplitude: number, at: number) => amplitude * Math.sin(at * 12.9898) * Math.cos(at * 78.233)
    for (const hertz of [90, 150, 250]) {
      const samples = Float32Array.from({ length: 2 * sampleRate }, (_, at) => {
        const isPause = at % 6000 < 1800
        const saw = (((at * hertz) / sampleRate) % 1) - 0.5
        return (isPause ? 0 : 0.4 * saw) + noise(0.002, at)
      })
      const { measures, sounding } = measure(samples, sampleRate)
      expect(Math.abs(measures.pitchHz - hertz)).toBeLessThan(0.02 * hertz)
      expect(measures.signalToNoiseDb).toBeGreaterThan(30)
      expect(measures.signalToNoiseDb).toBeLessThan(50)
      expect(measures.tempo).toBeGreaterThan(3)
      expect(measures.tempo).toBeLessThan(6)
      expect(sounding).toHaveLength(8)
    }
  })

  it('never peaks above −1.5 dB, and is left alone below', () => {
    const quiet = tone(200, 1)
    expect(limited(quiet, sampleRate)).toBe(quiet)
    const loud = limited(tone(200, 1, sampleRate, 2), sampleRate)
    expect(loud.reduce((most, value) => Math.max(most, Math.abs(value)), 0)).toBeLessThanOrEqual(
      10 ** (-1.5 / 20) + 1e-6,
    )
  })

  it('is limited in pieces as in one', async () => {
    const whole = Float32Array.from(tone(200, 2), (value, at) => value * (1 + 2 * Math.sin(at / 5000)))
    const pieces = (async function* () {
      for (let at = 0; at < whole.length; at += 1009) yield whole.subarray(at, at + 1009)
    })()
    const got: number[] = []
    for await (const piece of limitedPieces(pieces, sampleRate)) got.push(...piece)
    const wanted = limited(whole, sampleRate)
    expect([got.length, got.findIndex((value, at) => value !== wanted[at])]).toEqual([wanted.length, -1])
  })

  it('of several parts is brought to a loudness as a whole, though peaks give way', async () => {
    const clicks = Float32Array.from(tone(300, 3, sampleRate, 0.1), (value, at) => (at % 2400 < 24 ? value * 9 : value))
    const pcm = toPcm(clicks)
    const parts = async function* () {
      for (let at = 0; at < pcm.byteLength; at += 777) yield pcm.subarray(at, at + 777)
    }
    const gain = await gainFor(parts, -16, new AbortController().signal)
    const bytes: Uint8Array[] = []
    for await (const piece of levelled(parts(), gain)) bytes.push(piece)
    const loud = toFloats(Buffer.concat(bytes))
    expect(loud).toHaveLength(clicks.length)
    expect(loudnessOf(loud, sampleRate)).toBeCloseTo(-16, 0)
    expect(Math.max(...loud)).toBeLessThan(0.85)
  })

  it('is read from WAV files as it was written', () => {
    const pcm = toPcm(tone(300, 0.5))
    const read = readWav(wavOf(pcm))
    expect(read?.sampleRate).toBe(sampleRate)
    expect(Buffer.from(read?.pcm ?? []).equals(Buffer.from(pcm))).toBe(true)
    expect(rms(toFloats(pcm))).toBeCloseTo(0.5 / Math.SQRT2, 3)
    const both = wavOf(toPcm(Float32Array.from({ length: 9600 }, (_, at) => (at % 2 ? 0.5 : 0))), 48_000)
    both.writeUInt16LE(2, 22)
    expect(wavSound(both)).toMatchObject({ channels: 2, sampleRate: 48_000, isWhole: true })
    expect(readWav(both)).toBeUndefined()
    expect(wavSound(both.subarray(0, 1001))).toMatchObject({ isWhole: false, pcm: both.subarray(44, 1000) })
    expect(readWav(Buffer.from('RIFF but nothing else, and that is long enough to look'))).toBeUndefined()
  })
})
