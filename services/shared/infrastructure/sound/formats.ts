import { invalid } from '#shared/domain/errors.ts'

/** A kind of sound file, as it begins. */
export interface SoundFormat {
  /** What ffmpeg calls it. */
  demuxer: string
  name: string
  isIt(head: Buffer): boolean
}

const text = (head: Buffer, from: number, to: number): string => head.toString('latin1', from, to)

const formats: readonly SoundFormat[] = [
  { demuxer: 'wav', name: 'WAV', isIt: (head) => text(head, 0, 4) === 'RIFF' && text(head, 8, 12) === 'WAVE' },
  { demuxer: 'flac', name: 'FLAC', isIt: (head) => text(head, 0, 4) === 'fLaC' },
  { demuxer: 'ogg', name: 'Ogg', isIt: (head) => text(head, 0, 4) === 'OggS' },
  { demuxer: 'matroska', name: 'WebM', isIt: (head) => head.readUInt32BE(0) === 0x1a45dfa3 },
  { demuxer: 'mov', name: 'MP4', isIt: (head) => text(head, 4, 8) === 'ftyp' },
  {
    demuxer: 'mp3',
    name: 'MP3',
    isIt: (head) => text(head, 0, 3) === 'ID3' || (head[0] === 0xff && ((head[1] ?? 0) & 0xe6) === 0xe2),
  },
]

const unknownFormat = () =>
  invalid('data', 'SAMPLE_FORMAT', 'must be a WAV, MP3, FLAC, Ogg, MP4 or WebM file that holds one sound')

/** Which kind a file is by its beginning, whatever it is called. Throws SAMPLE_FORMAT. */
export const formatOf = (head: Buffer): SoundFormat => {
  const format = head.length >= 12 ? formats.find(({ isIt }) => isIt(head)) : undefined
  if (!format) throw unknownFormat()
  return format
}

const ambiguous = () =>
  invalid('data', 'SAMPLE_AMBIGUOUS', 'the file is something else as well; send the sound and nothing behind it')

/** Records that end or begin what is no sound: a ZIP archive, a PDF, a page, a program. */
const foreign = [
  Buffer.from('PK\x05\x06', 'latin1'),
  Buffer.from('%PDF-'),
  Buffer.from('<!doctype html', 'latin1'),
  Buffer.from('<script'),
  Buffer.from('<?php'),
]

/** From here on a length is one that no recording has: what is written when nobody knows it yet. */
const unknownLength = 0x7fff0000

/** Whether a recorder wrote the file that did not know how long it would be, and said so. */
export const isOpenEnded = ({ demuxer }: SoundFormat, head: Buffer): boolean => {
  const said = demuxer === 'wav' ? head.readUInt32LE(4) : 1
  return said === 0 || said >= unknownLength
}

/**
 * Refuses what is a sound and another thing at once. Only what was decoded is kept, so it would do no harm here; but
 * nobody makes such a file by accident. Throws SAMPLE_AMBIGUOUS, SAMPLE_UNREADABLE for a WAV file that is cut short.
 */
export const mustBeSoundOnly = (format: SoundFormat, head: Buffer, tail: Buffer, size: number): void => {
  const lower = Buffer.from(tail.toString('latin1').toLowerCase(), 'latin1')
  if (foreign.some((mark) => tail.includes(mark) || lower.includes(mark))) throw ambiguous()
  if (format.demuxer !== 'wav') return
  if (isOpenEnded(format, head)) return
  const said = head.readUInt32LE(4) + 8
  if (size > said + 1) throw ambiguous()
  if (size < said) throw invalid('data', 'SAMPLE_UNREADABLE', 'the file is cut short')
}
