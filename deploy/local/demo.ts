import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { dataFolder } from './data-folder.ts'
import { type Draft, readDraft, shippedDrafts } from './demo/drafts.ts'
import { createFailures, explain, type Failures } from './demo/failures.ts'
import { runDemo } from './demo/run.ts'
import { findOrStartMesh, type RunningMesh } from './demo/running-mesh.ts'
import { createScreen } from './demo/screen.ts'
import { SetupError } from './setup-error.ts'
import { onStopSignal } from './stop-signals.ts'

const usage = `Usage: npm run demo [-- [options] file.txt …]

Shows the mesh at work, through its gateway only: an author signs up and makes a story of each
text file (UTF-8, at most 2 MiB), or of the eight tales that come with the project. Each is
analysed, published and written as an EPUB to <TROUPE_DATA>/demo; in the end, what caused what.

  --language <tag>   of the files, e.g. en, de, es-MX; otherwise guessed
  --help             shows this

Uses the mesh at 127.0.0.1:TROUPE_PORT (8080); starts one, for as long as it needs it, when there is none.
TROUPE_DATA (.troupe) is the folder of its data. Ends with 1 when anything failed.`

const languageTag = /^[a-z]{2,3}(-[a-z0-9]{2,8})*$/i

/** npm runs scripts in the repository's own folder; the files are named as seen from the user's. */
const startedIn = process.env.INIT_CWD || process.cwd()

const misused = (message: string): never => {
  console.error(`${message}\n\n${usage}`)
  process.exit(2)
}

const readArguments = () => {
  try {
    const options = { language: { type: 'string' }, help: { type: 'boolean', default: false } } as const
    return parseArgs({ options, allowPositionals: true })
  } catch (error) {
    return misused(error instanceof Error ? error.message : String(error))
  }
}

const readPort = (text = process.env.TROUPE_PORT || '8080'): number => {
  const port = Number(text)
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port
  throw new SetupError(`TROUPE_PORT=${text} is not a port`)
}

const readDrafts = async (files: string[], failures: Failures, language?: string): Promise<Draft[]> => {
  if (files.length === 0) return shippedDrafts()
  const drafts: Draft[] = []
  for (const file of files) {
    const draft = await failures.attempt(file, () => readDraft(resolve(startedIn, file), language))
    if (draft) drafts.push(draft)
  }
  return drafts
}

const untilAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))

const run = async (files: string[], language?: string): Promise<number> => {
  const stopping = new AbortController()
  const { signal } = stopping
  const screen = createScreen(process.stdout, signal)
  const failures = createFailures(screen)
  let mesh: RunningMesh | undefined
  onStopSignal(
    () => stopping.abort(),
    () => {
      mesh?.kill()
      process.exit(130)
    },
  )
  // Whoever reads may have seen enough, as `head` has.
  process.stdout.on('error', () => stopping.abort())
  const began = performance.now()
  const drafts = await readDrafts(files, failures, language)
  if (drafts.length === 0) return 1
  const dataDir = dataFolder()
  try {
    mesh = await findOrStartMesh({ port: readPort(), dataDir, log: screen.say, signal })
    const died = mesh.failure.then((error) => Promise.reject(error))
    const demo = runDemo({ gateway: { url: mesh.url, signal }, dataDir, screen, failures }, drafts)
    await Promise.race([demo, died, untilAborted(signal)])
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    await mesh?.stop()
  }
  if (signal.aborted) return 130
  const failed = failures.count()
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  screen.say(`\n${failed === 0 ? 'all went well' : `${failed} failed, see ✗ above`} (${seconds} s)`)
  return failed === 0 ? 0 : 1
}

const main = async (): Promise<number> => {
  const { values, positionals } = readArguments()
  if (values.help) {
    console.log(usage)
    return 0
  }
  if (values.language !== undefined && !languageTag.test(values.language)) {
    misused(`--language ${values.language} is no language tag; give one such as en, de or es-MX`)
  }
  return run(positionals, values.language)
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(`\n${explain(error).join('\n')}`)
    process.exit(1)
  },
)
