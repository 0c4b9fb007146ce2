import { DomainError } from '#shared/domain/errors.ts'
import type { Programs } from '#shared/infrastructure/programs/program.ts'
import { ProgramError } from '#shared/infrastructure/programs/program.ts'
import { readWav } from '#shared/infrastructure/sound/pcm.ts'
import { type SpeechEngine, SpeechError } from '../../domain/engine.ts'
import type { Speech, SpeechPart } from '../../domain/speech.ts'

/** Words a minute at the usual pace. */
const usualPace = 160
/** The program's scale from 0 to 99 goes an octave down and up from its middle. */
const middlePitch = 50
const patienceMs = 30_000

/** Women's and men's voices in turn, so that those who talk to one another differ. */
const stock = ['m3', 'f2', 'm1', 'f5', 'm7', 'f3', 'm4', 'f1', 'm8', 'f4', 'm5', 'm2', 'm6']

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** Text as nothing but text: neither markup nor mnemonics. */
const plain = (text: string): string =>
  text.replace(/[&<>"]/g, (character) => escapes[character] ?? '').replace(/\[\[|\]\]/g, ' ')

const partOf = ({ text, phonemes }: SpeechPart): string => (phonemes ? `[[${phonemes}]]` : plain(text))

const markup = ({ parts, range }: Speech): string =>
  `<speak><prosody range="${Math.round(range * 100)}%">${parts.map(partOf).join('')}</prosody></speak>`

/**
 * Which of the program's voices speaks a language: by the tag itself, by its first part, else English. It is named by its
 * file: by its language, the program passes over variants for some.
 */
const voiceFor = (voices: ReadonlyMap<string, string>, tag: string): string => {
  const wanted = tag.toLowerCase()
  const [base = ''] = wanted.split('-')
  return voices.get(wanted) ?? voices.get(base) ?? voices.get('en') ?? 'en'
}

/** The program's list: priority, language, age and sex, name, file, and other languages with priorities of their own. */
const voicesOf = (listing: string): ReadonlyMap<string, string> => {
  const all = listing.split('\n').flatMap((line) => {
    const [priority = '', language = '', , , file = ''] = line.trim().split(/\s+/)
    if (!/^\d+$/.test(priority) || !file.includes('/')) return []
    const others = [...line.matchAll(/\((\S+) (\d+)\)/g)].map(([, name = '', rank]) => ({
      name,
      rank: Number(rank),
      file,
    }))
    return [{ name: language.toLowerCase(), rank: 0, file }, ...others]
  })
  const best = all.toSorted((a, b) => b.rank - a.rank)
  return new Map(best.map(({ name, file }) => [name, file]))
}

const failed = (error: unknown): SpeechError => {
  if (error instanceof DomainError) return new SpeechError('refused', error.reason, error.message, { cause: error })
  return new SpeechError('busy', 'SPEECH_UNAVAILABLE', 'the embedded engine failed', { cause: error })
}

/** espeak-ng as a child process: every language it knows, a voice of its own for each character, and free. */
export const espeakEngine = (programs: Programs): SpeechEngine => {
  let voices: Promise<ReadonlyMap<string, string>> | undefined
  const known = (): Promise<ReadonlyMap<string, string>> => {
    voices ??= programs
      .run({ program: 'espeak', args: ['--voices'], timeoutMs: patienceMs })
      .then(({ stdout }) => voicesOf(stdout.toString()))
    voices.catch(() => {
      voices = undefined
    })
    return voices
  }
  return {
    name: 'embedded',
    model: 'espeak-ng',
    isPaid: false,
    microsPerCharacter: 0,
    stock,
    takesManner: false,
    speak: async (speech, turn, signal) => {
      try {
        const voice = voiceFor(await known(), speech.language)
        const { stdout } = await programs.run({
          program: 'espeak',
          args: [
            ...['-v', `${voice}+${speech.voice}`],
            ...['-s', String(Math.round(Math.min(450, Math.max(80, usualPace * speech.rate))))],
            ...['-p', String(Math.round(Math.min(99, Math.max(0, middlePitch + (middlePitch * speech.pitch) / 12))))],
            ...['-b', '1', '-m', '-z', '--stdin', '--stdout'],
          ],
          input: (async function* () {
            yield Buffer.from(markup(speech))
          })(),
          turn,
          signal,
          timeoutMs: patienceMs,
        })
        const sound = readWav(stdout)
        if (!sound) throw new SpeechError('refused', 'SPEECH_UNREADABLE', 'the embedded engine wrote no sound')
        return sound
      } catch (error) {
        signal.throwIfAborted()
        if (error instanceof SpeechError) throw error
        if (error instanceof ProgramError || error instanceof DomainError) throw failed(error)
        throw error
      }
    },
  }
}
