import { execFile } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { parseEnv, promisify } from 'node:util'
import { type Archive, findArchives } from './apt-sources.ts'

const run = promisify(execFile)

/** An apt that works in a folder of ours: it neither reads nor writes the system's sources, lists and caches. */
const privateApt = (folder: string, { uris, signedBy }: Archive) => {
  const sources = join(folder, 'sources')
  const lists = join(folder, 'lists')
  const cache = join(folder, 'cache')
  const partial = [join(lists, 'partial'), join(cache, 'archives', 'partial')]
  for (const path of [sources, ...partial]) mkdirSync(path, { recursive: true })
  const entry = ['Types: deb', `URIs: ${uris}`, 'Suites: sid', 'Components: main']
  if (signedBy) entry.push(`Signed-By: ${signedBy}`)
  writeFileSync(join(sources, 'sid.sources'), `${entry.join('\n')}\n`)
  const settings = [
    'Dir::Etc::sourcelist=/dev/null',
    `Dir::Etc::sourceparts=${sources}/`,
    `Dir::State::Lists=${lists}`,
    `Dir::Cache=${cache}`,
    // As root, apt would download as a user who may not enter our folder.
    ...(process.getuid?.() === 0 ? ['APT::Sandbox::User=root'] : []),
  ]
  const options = settings.flatMap((setting) => ['-o', setting])
  return (...args: string[]) => run('apt-get', ['-q', ...options, ...args], { cwd: folder })
}

const download = async (folder: string, archive: Archive): Promise<string> => {
  const apt = privateApt(folder, archive)
  await apt('update')
  await apt('download', 'nats-server')
  const packageFile = readdirSync(folder).find((name) => name.endsWith('.deb'))
  if (!packageFile) throw new Error(`apt-get download left no package (${archive.uris})`)
  await run('dpkg', ['-x', join(folder, packageFile), join(folder, 'unpacked')])
  return join(folder, 'unpacked', 'usr', 'sbin', 'nats-server')
}

/** The release's codename where this is Debian itself, the only one whose archive has the package. */
export const debianCodename = (): string | undefined => {
  if (!existsSync('/etc/os-release')) return undefined
  const { ID, VERSION_CODENAME } = parseEnv(readFileSync('/etc/os-release', 'utf8'))
  return ID === 'debian' ? (VERSION_CODENAME ?? 'sid') : undefined
}

/**
 * Fetches nats-server from Debian sid, where it is recent enough and self-contained, and puts its program at `target`.
 * The system's apt and packages stay as they are; any user may do it.
 *
 * @throws AggregateError with what apt said of each of the machine's archives
 */
export const installNatsFromDebian = async (codename: string, target: string): Promise<void> => {
  mkdirSync(dirname(target), { recursive: true })
  const failures: unknown[] = []
  for (const archive of findArchives(codename)) {
    const folder = mkdtempSync(join(dirname(target), 'nats-'))
    try {
      // Renamed into place, so that nobody ever sees half a program.
      renameSync(await download(folder, archive), target)
      return
    } catch (error) {
      failures.push(error)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }
  const reasons = failures.map((failure) => (failure instanceof Error ? failure.message : String(failure)))
  throw new AggregateError(failures, reasons.join('\n') || 'no Debian archive is configured in /etc/apt')
}
