import { embeddedAnalyzer } from '../infrastructure/providers/embedded/embedded.ts'
import { type Half, loadTales, type Tale } from './load.ts'
import { scoreCharacters, scoreSpeakers } from './score.ts'

/** What the engine must reach, per language, on each of both measures (0–1). */
export const FLOORS: Readonly<Record<string, number>> = { en: 0.85, de: 0.75, es: 0.75 }

/** Means over the tales of one half in one language. */
export interface Figures {
  half: Half
  language: string
  tales: number
  characters: number
  lines: number
  f1: number
  speakers: number
}

const measure = async ({ title, content, language, answers }: Tale): Promise<{ f1: number; speakers: number }> => {
  const analysis = await embeddedAnalyzer().analyze(
    { title, content, language },
    () => undefined,
    new AbortController().signal,
  )
  const dialogue = analysis.segments.filter(({ kind }) => kind === 'dialogue')
  return {
    f1: scoreCharacters(analysis.characters, answers.characters).f1,
    speakers: scoreSpeakers(dialogue, answers.lines, answers.characters),
  }
}

const mean = (numbers: readonly number[]): number => numbers.reduce((sum, n) => sum + n, 0) / numbers.length

/** Runs the embedded engine on one half of the tales. */
export const evaluate = async (half: Half): Promise<Figures[]> => {
  const tales = await loadTales(half)
  const figures: Figures[] = []
  for (const language of Object.keys(FLOORS)) {
    const own = tales.filter((tale) => tale.language === language)
    if (own.length === 0) continue
    const scores = await Promise.all(own.map(measure))
    figures.push({
      half,
      language,
      tales: own.length,
      characters: own.reduce((sum, { answers }) => sum + answers.characters.length, 0),
      lines: own.reduce((sum, { answers }) => sum + answers.lines.length, 0),
      f1: mean(scores.map(({ f1 }) => f1)),
      speakers: mean(scores.map(({ speakers }) => speakers)),
    })
  }
  return figures
}

/** Those that miss a floor. */
export const missed = (figures: readonly Figures[]): Figures[] =>
  figures.filter(({ language, f1, speakers }) => Math.min(f1, speakers) < (FLOORS[language] ?? 0))

const print = (figures: readonly Figures[]): void => {
  process.stdout.write('half      lang  tales  characters  F1    lines  speakers  floor\n')
  for (const { half, language, tales, characters, f1, lines, speakers } of figures) {
    const cells = [
      half.padEnd(8),
      language.padEnd(4),
      `${tales}`.padStart(5),
      `${characters}`.padStart(10),
      f1.toFixed(2),
    ]
    const more = [
      `${lines}`.padStart(5),
      speakers.toFixed(2).padStart(8),
      (FLOORS[language] ?? 0).toFixed(2).padStart(5),
    ]
    process.stdout.write(`${[...cells, ...more].join('  ')}\n`)
  }
}

if (import.meta.main) {
  const figures = [...(await evaluate('tuning')), ...(await evaluate('held-out'))]
  print(figures)
  const failures = missed(figures.filter(({ half }) => half === 'held-out'))
  for (const { language } of failures) process.stderr.write(`held-out ${language} misses its floor\n`)
  process.exitCode = failures.length > 0 ? 1 : 0
}
