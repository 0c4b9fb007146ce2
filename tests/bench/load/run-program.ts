import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** Runs a load program and returns what it printed. Rejects when it fails, with the end of that. */
export const runProgram = async (
  [program = '', ...args]: readonly string[],
  options: { signal: AbortSignal; env?: NodeJS.ProcessEnv; cwd?: string },
): Promise<string> => {
  try {
    const { stdout } = await promisify(execFile)(program, args, { maxBuffer: 2 ** 24, ...options })
    return stdout
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string }
    throw new Error(`${program} failed: ${(error as Error).message}\n${(stdout + stderr).slice(-2000)}`)
  }
}

/** The number that the first group of a pattern finds. Throws when the text has none. */
export const numberIn = (text: string, pattern: RegExp): number => {
  const found = pattern.exec(text)?.[1]
  if (found === undefined) throw new Error(`no ${pattern} in:\n${text}`)
  return Number(found)
}
