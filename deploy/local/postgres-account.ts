import { spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { type Log, SetupError } from './setup-error.ts'

interface User {
  uid: number
  gid: number
}

/** As whom Postgres runs: as root it has to be another user, for Postgres refuses root. */
export interface Account {
  /** Who must own the data; nobody in particular when we are not root. */
  readonly owner?: User
  readonly spawnOptions: User | Record<string, never>
  /** Put before a command, where the other user could not reach our folders by itself. */
  readonly prefix: readonly string[]
}

const idOf = (option: '-u' | '-g', name: string): number | undefined => {
  const { status, stdout } = spawnSync('id', [option, name], { encoding: 'utf8' })
  return status === 0 ? Number(stdout) : undefined
}

const findUser = (name: string): User | undefined => {
  const uid = idOf('-u', name)
  const gid = idOf('-g', name)
  return uid === undefined || gid === undefined ? undefined : { uid, gid }
}

const createUser = (name: string, log: Log): User => {
  log(`postgres: it refuses to run as root; creating the system user "${name}" for it`)
  const options = ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin']
  const { stderr, error } = spawnSync('useradd', [...options, name], { encoding: 'utf8' })
  const user = findUser(name)
  if (user) return user
  const reason = (error?.message ?? stderr).trim()
  throw new SetupError(`the user "${name}" could not be created (${reason}); create it, or run as an ordinary user`)
}

const succeeds = (command: readonly string[], options: Account['spawnOptions']): boolean => {
  const [program = '', ...args] = command
  return spawnSync(program, args, { ...options, cwd: '/', stdio: 'ignore' }).status === 0
}

/**
 * Linux: become the user, but keep one privilege, which lets it through folders that are closed to it, such as /root.
 * Without the secure bit, access(2), by which Postgres looks for its parts, would ignore the privilege.
 */
const withPrivilege = ({ uid, gid }: User, capability: string): string[] => {
  const privilege = [`--inh-caps=+${capability}`, `--ambient-caps=+${capability}`, '--securebits=+no_setuid_fixup']
  return ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', ...privilege, '--']
}

// Reading is enough, but containers are often given only the second, which includes it.
const privileges = ['dac_read_search', 'dac_override']

const accountForRoot = (user: User, program: string, dataDir: string): Account => {
  const reaches = (prefix: string[], options: Account['spawnOptions']) =>
    succeeds([...prefix, 'test', '-x', dataDir], options) && succeeds([...prefix, program, '--version'], options)
  if (reaches([], user)) return { owner: user, spawnOptions: user, prefix: [] }
  const prefix = privileges.map((privilege) => withPrivilege(user, privilege)).find((each) => reaches(each, {}))
  if (prefix) return { owner: user, spawnOptions: {}, prefix }
  throw new SetupError(
    `Postgres cannot run as root, and user ${user.uid}, as whom it would run, cannot reach ${dataDir} or ${program}. ` +
      'Move the project out of folders that are closed to other users (such as /root), or run as an ordinary user.',
  )
}

/**
 * Finds the account for a Postgres data folder: whoever owns it already, otherwise (as root) the user "postgres".
 *
 * @param program a Postgres program, tried out to see that the account can run it
 * @throws SetupError when no account will do
 */
export const findAccount = (program: string, dataDir: string, folder: string, log: Log): Account => {
  const me = process.getuid?.()
  const owner = existsSync(folder) ? statSync(folder) : undefined
  if (me === 0) {
    const user = owner && owner.uid !== 0 ? { uid: owner.uid, gid: owner.gid } : findUser('postgres')
    return accountForRoot(user ?? createUser('postgres', log), program, dataDir)
  }
  if (owner && owner.uid !== me) {
    throw new SetupError(`${folder} belongs to another user; set TROUPE_DATA to a folder of your own`)
  }
  return { spawnOptions: {}, prefix: [] }
}
