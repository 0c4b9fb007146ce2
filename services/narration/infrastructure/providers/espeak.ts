import { DomainError } from '#shared/domain/errors.ts'
import type { Programs } from '#shared/infrastructure/programs/program.ts'
import { ProgramError } from '#shared/infrastructure/programs/program.ts'
import { type SpeechEngine, SpeechError } from '../../domain/engine.ts'
import type { Speech, SpeechPart } from '../../domain/speech.ts'
import { readWav } from '../sound/pcm.ts'

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

/** The program's name for a language: the tag itself where it has it, else its first part, else English. */
const languageIn = (known: ReadonlySet<string>, tag: string): string => {
  const wanted = tag.toLowerCase()
  const [base = ''] = wanted.split('-')
  return [wanted, base].find((name) => known.has(name)) ?? 'en'
}

/** Languages that are several: which of them is meant when nobody says. */
const meant: Readonly<Record<string, string>> = { en: 'en-gb', fr: 'fr-fr', zh: 'cmn' }

const languagesOf = (listing: string): ReadonlySet<string> => {
  const names = listing.split('\n').map((line) => line.trim().split(/\s+/)[1] ?? '')
  return new Set([...names.map((name) => name.toLowerCase()), ...Object.keys(meant)])
}

const failed = (error: unknown): SpeechError => {
  if (error instanceof DomainError) return new SpeechError('refused', error.reason, error.message, { cause: error })
  return new SpeechError('busy', 'SPEECH_UNAVAILABLE', 'the embedded engine failed', { cause: error })
}

/** espeak-ng as a child process: every language it knows, a voice of its own for each character, and free. */
export const espeakEngine = (programs: Programs): SpeechEngine => {
  let languages: Promise<ReadonlySet<string>> | undefined
  const known = (): Promise<ReadonlySet<string>> => {
    languages ??= programs
      .run({ program: 'espeak', args: ['--voices'], timeoutMs: patienceMs })
      .then(({ stdout }) => languagesOf(stdout.toString()))
    languages.catch(() => {
      languages = undefined
    })
    return languages
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
        const language = languageIn(await known(), speech.language)
        const { stdout } = await programs.run({
          program: 'espeak',
          args: [
            ...['-v', `${meant[language] ?? language}+${speech.voice}`],
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
