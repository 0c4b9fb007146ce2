import { execFile } from 'node:child_process'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { installed } from '../check.ts'
import { root } from '../data-folder.ts'
import { SetupError } from '../setup-error.ts'

const run = promisify(execFile)

// buf finds its plugins on the PATH, and they Node.
const env = { ...process.env, PATH: [join(root, 'node_modules/.bin'), process.env.PATH].join(delimiter) }

/** Runs buf in the repository. Throws a SetupError with buf's own words when it finds fault. */
export const buf = async (...args: string[]): Promise<void> => {
  try {
    await run(installed('buf'), args, { cwd: root, env })
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string }
    const output = `${stdout}${stderr}`.trim()
    throw output ? new SetupError(output) : error
  }
}
