import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { readPidFile, writePidFile } from './processes.ts'
import { SetupError } from './setup-error.ts'

/** Raised when the layout of the folder changes so that older data cannot be used as it is. */
const layoutVersion = '1'

/** What outlives a reset: programs fetched once, and compiled code. */
const kept = ['bin', 'compile-cache', 'install-lock', 'lock', 'programs']

/** What may stand in a folder before it is claimed the first time. */
const harmless = [...kept, 'bundle', 'logs']

/** The repository's own folder. */
export const root = resolve(import.meta.dirname, '../..')

/** The folder of all local data, absolute: `TROUPE_DATA`, otherwise `.troupe` in the repository. */
export const dataFolder = (env: NodeJS.ProcessEnv = process.env): string => resolve(root, env.TROUPE_DATA || '.troupe')

const linkIfAbsent = (from: string, to: string): boolean => {
  try {
    linkSync(from, to)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** The process that has the folder; undefined for none that lives. */
export const holderOf = (dataDir: string): number | undefined => readPidFile(join(dataDir, 'lock'))

/** Takes the lock by a link, which either makes the whole file or fails because there is one. */
const takeLock = (dataDir: string): void => {
  const lock = join(dataDir, 'lock')
  const mine = `${lock}.${process.pid}`
  writePidFile(mine, process.pid)
  try {
    if (linkIfAbsent(mine, lock)) return
    const holder = holderOf(dataDir)
    if (holder === undefined) rmSync(lock, { force: true })
    if (holder === undefined && linkIfAbsent(mine, lock)) return
    throw new SetupError(
      `${dataDir} is in use by process ${holder ?? holderOf(dataDir)}: another npm start runs on it. ` +
        'Stop that one, or set TROUPE_DATA (and TROUPE_PORT) for a second mesh beside it.',
    )
  } finally {
    rmSync(mine, { force: true })
  }
}

const wipe = (dataDir: string): void => {
  const names = readdirSync(dataDir)
  if (!names.includes('version') && names.some((name) => !harmless.includes(name))) {
    throw new SetupError(`${dataDir} holds something else than local data of this project; it is left as it is`)
  }
  for (const name of names) if (!kept.includes(name)) rmSync(join(dataDir, name), { recursive: true, force: true })
}

const assertLayout = (dataDir: string): void => {
  const file = join(dataDir, 'version')
  if (!existsSync(file)) writeFileSync(file, `${layoutVersion}\n`)
  const version = readFileSync(file, 'utf8').trim()
  if (version === layoutVersion) return
  throw new SetupError(
    `${dataDir} has layout version ${version}, and this program knows version ${layoutVersion}. ` +
      'Start afresh with: npm start -- --reset; or keep it, and set TROUPE_DATA to another folder.',
  )
}

interface Options {
  dataDir: string
  /** Wipes all data first; fetched programs stay. */
  reset?: boolean | undefined
  /** Called while the lock is held and before anything is wiped. */
  beforeReset: () => Promise<void>
}

/**
 * Makes the folder this process's own until released. A lock whose process is gone is taken over.
 *
 * @throws SetupError when another process has it, or another version wrote it
 */
export const claimDataFolder = async ({ dataDir, reset, beforeReset }: Options): Promise<{ release(): void }> => {
  try {
    mkdirSync(dataDir, { recursive: true })
    takeLock(dataDir)
  } catch (error) {
    if (!['EACCES', 'EPERM', 'EROFS'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
    throw new SetupError(`${dataDir} cannot be written; set TROUPE_DATA to a folder of your own`, { cause: error })
  }
  const release = () => rmSync(join(dataDir, 'lock'), { force: true })
  try {
    if (reset) {
      await beforeReset()
      wipe(dataDir)
    }
    assertLayout(dataDir)
  } catch (error) {
    release()
    throw error
  }
  return { release }
}
