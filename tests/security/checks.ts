import type { Report } from '../report.ts'
import type { Cast } from './stage/cast.ts'
import type { Stage } from './stage/stage.ts'

/** What a check has to work with. */
export interface CheckScene {
  stage: Stage
  cast: Cast
  level: 'quick' | 'normal' | 'long'
  seed: number
}

/** Something that must hold. It throws what does not, and returns the figure that it found. */
export interface Check {
  name: string
  run(scene: CheckScene): Promise<string>
}

/** Throws, as a sentence, unless it holds. */
export const must: (holds: unknown, otherwise: string) => asserts holds = (holds, otherwise) => {
  if (!holds) throw new Error(otherwise)
}

/** Runs checks one after the other, shows what each found, and notes those that do not hold. */
export const runChecks = async (
  title: string,
  checks: readonly Check[],
  scene: CheckScene,
  report: Report,
): Promise<void> => {
  const results: { name: string; holds: boolean; found: string }[] = []
  report.say(`\n${title}`)
  for (const { name, run } of checks) {
    const [holds, found] = await run(scene).then(
      (what) => [true, what] as const,
      (error) => [false, error instanceof Error ? error.message : String(error)] as const,
    )
    results.push({ name, holds, found })
    report.say(`  ${holds ? '✓' : '✗'} ${name}: ${found}`)
    if (!holds) report.fellShort(`${title}: ${name}: ${found}`)
  }
  report.keep(title, results)
}
