/** The rate of all sound that is joined, in Hz; the one that OpenAI and ElevenLabs speak at, too. */
export const sampleRate = 24_000
export const bytesPerMs = (sampleRate * 2) / 1000

/** 16-bit little-endian values as numbers from −1 to 1. */
export const toFloats = (pcm: Uint8Array): Float32Array => {
  const view = new DataView(pcm.buffer, pcm.byteOffset, pcm.byteLength)
  const floats = new Float32Array(pcm.byteLength >> 1)
  for (let at = 0; at < floats.length; at += 1) floats[at] = view.getInt16(at * 2, true) / 32_768
  return floats
}

export const toPcm = (samples: Float32Array): Uint8Array => {
  const pcm = new Uint8Array(samples.length * 2)
  const view = new DataView(pcm.buffer)
  for (let at = 0; at < samples.length; at += 1)
    view.setInt16(at * 2, Math.max(-32_768, Math.min(32_767, Math.round((samples[at] as number) * 32_768))), true)
  return pcm
}

const wavHeaderBytes = 44

/** The part of such a file, as `wavOf` writes it, between two times of its sound at the common rate. */
export const wavRange = (startMs: number, endMs: number): { start: number; end: number } => ({
  start: wavHeaderBytes + startMs * bytesPerMs,
  end: wavHeaderBytes + endMs * bytesPerMs,
})

/** A WAV file of one channel with 16 bits a value. */
export const wavOf = (pcm: Uint8Array, rate = sampleRate): Buffer => {
  const header = Buffer.alloc(wavHeaderBytes)
  header.write('RIFF', 0)
  header.writeUInt32LE(36 + pcm.byteLength, 4)
  header.write('WAVEfmt ', 8)
  header.writeUInt32LE(16, 16)
  header.writeUInt16LE(1, 20)
  header.writeUInt16LE(1, 22)
  header.writeUInt32LE(rate, 24)
  header.writeUInt32LE(rate * 2, 28)
  header.writeUInt16LE(2, 32)
  header.writeUInt16LE(16, 34)
  header.write('data', 36)
  header.writeUInt32LE(pcm.byteLength, 40)
  return Buffer.concat([header, pcm])
}

/** The sound of a WAV file, several channels by turns. */
export interface WavSound {
  pcm: Uint8Array
  sampleRate: number
  channels: number
  /** Whether it is as long as the file says. */
  isWhole: boolean
}

/** PCM under its own number, or under that of all that has more to say. */
const isPcm = (file: Buffer, from: number): boolean => {
  const tag = file.readUInt16LE(from)
  return tag === 1 || (tag === 0xfffe && from + 26 <= file.length && file.readUInt16LE(from + 24) === 1)
}

/** Reads a WAV file with 16 bits a value; undefined for any other. */
export const wavSound = (wav: Uint8Array): WavSound | undefined => {
  const file = Buffer.from(wav.buffer, wav.byteOffset, wav.byteLength)
  if (file.length < 44 || file.toString('latin1', 0, 4) !== 'RIFF' || file.toString('latin1', 8, 12) !== 'WAVE') return
  let [rate, channels] = [0, 0]
  for (let at = 12; at + 8 <= file.length; ) {
    const name = file.toString('latin1', at, at + 4)
    const size = file.readUInt32LE(at + 4)
    const from = at + 8
    if (name === 'fmt ' && from + 16 <= file.length) {
      if (!isPcm(file, from) || file.readUInt16LE(from + 14) !== 16) return
      channels = file.readUInt16LE(from + 2)
      rate = file.readUInt32LE(from + 4)
    }
    if (name === 'data') {
      if (rate === 0 || channels === 0) return
      const end = Math.min(file.length, from + size)
      const pcm = file.subarray(from, end - ((end - from) % (2 * channels)))
      return { pcm, sampleRate: rate, channels, isWhole: from + size <= file.length }
    }
    at = from + size + (size % 2)
  }
  return
}

/** The sound of a WAV file of one channel with 16 bits a value; undefined for any other. Sizes that lie are passed over. */
export const readWav = (wav: Uint8Array): { pcm: Uint8Array; sampleRate: number } | undefined => {
  const sound = wavSound(wav)
  return sound?.channels === 1 ? { pcm: sound.pcm, sampleRate: sound.sampleRate } : undefined
}
