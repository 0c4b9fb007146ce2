/** A stretch of sound, in milliseconds. */
export interface Span {
  startMs: number
  endMs: number
}

/** What is measured of speech. */
export interface Measures {
  /** Median of the fundamental frequency, in Hz; 0 where there is no voice in it. */
  pitchHz: number
  /** From the 10th to the 90th percentile of the melody, in semitones. */
  rangeSemitones: number
  /** Syllables in a second of speech. */
  tempo: number
  /** How far speech stands above what is between the words, in dB. */
  signalToNoiseDb: number
  /** Integrated, by ITU-R BS.1770, in LUFS. */
  loudnessLufs: number
  /** The part of all values that are as large as values can be. */
  clipped: number
}

/** Below these a recording could be better. */
export const least = { signalToNoiseDb: 20, loudnessLufs: -32, seconds: 2 }
/** Above this part of all values that are cut off as well. */
export const mostClipped = 0.001

/** What keeps a recording from being a better one, for whoever made it. */
export const problemsOf = (measures: Measures, durationMs: number): string[] => {
  const { signalToNoiseDb: ratio, loudnessLufs: loudness, clipped, pitchHz } = measures
  const problems: string[] = []
  if (pitchHz === 0) problems.push('no voice can be heard in it')
  if (ratio < least.signalToNoiseDb) problems.push(`it is noisy: speech is ${ratio.toFixed(0)} dB above the noise`)
  if (loudness < least.loudnessLufs) problems.push(`it is faint: ${loudness.toFixed(0)} LUFS`)
  if (clipped > mostClipped) problems.push('it is too loud for the recorder: its peaks are cut off')
  if (durationMs < least.seconds * 1000) problems.push('it is short: below two seconds of speech')
  return problems
}
