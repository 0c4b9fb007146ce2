import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv, promisify } from 'node:util'
import type { Source } from './apt-sources.ts'

const run = promisify(execFile)
const mostOutput = 16 * 1024 * 1024

/** The release's codename where this is Debian itself, whose packages are meant here and no other's. */
export const debianCodename = (): string | undefined => {
  if (!existsSync('/etc/os-release')) return undefined
  const { ID, VERSION_CODENAME } = parseEnv(readFileSync('/etc/os-release', 'utf8'))
  return ID === 'debian' ? (VERSION_CODENAME ?? 'sid') : undefined
}

const stanza = ({ uris, suites, components, signedBy }: Omit<Source, 'types'>): string =>
  [
    'Types: deb',
    `URIs: ${uris}`,
    `Suites: ${suites}`,
    `Components: ${components}`,
    ...(signedBy ? [`Signed-By: ${signedBy}`] : []),
    '',
  ].join('\n')

/** What apt-get printed. */
export type AptGet = (...args: string[]) => Promise<string>

/**
 * An apt that works in a folder of ours, which is where it downloads to: it neither reads nor writes the system's sources,
 * lists and caches, and any user may run it. Of the system it reads which packages there are.
 */
export const privateApt = (folder: string, from: readonly Omit<Source, 'types'>[], signal?: AbortSignal): AptGet => {
  const sources = join(folder, 'sources')
  const lists = join(folder, 'lists')
  const cache = join(folder, 'cache')
  const partial = [join(lists, 'partial'), join(cache, 'archives', 'partial')]
  for (const path of [sources, ...partial]) mkdirSync(path, { recursive: true })
  writeFileSync(join(sources, 'ours.sources'), from.map(stanza).join('\n'))
  const settings = [
    'Dir::Etc::sourcelist=/dev/null',
    `Dir::Etc::sourceparts=${sources}/`,
    `Dir::State::Lists=${lists}`,
    `Dir::Cache=${cache}`,
    'Acquire::Languages=none',
    'Debug::NoLocking=true',
    // As root, apt would download as a user who may not enter our folder.
    ...(process.getuid?.() === 0 ? ['APT::Sandbox::User=root'] : []),
  ]
  const options = settings.flatMap((setting) => ['-o', setting])
  return async (...args) => {
    const limits = { maxBuffer: mostOutput, ...(signal && { signal }) }
    return (await run('apt-get', ['-q', ...options, ...args], { cwd: folder, ...limits })).stdout
  }
}

/** Unpacks a package file; what it would run when installed is not run. */
export const unpackPackage = async (file: string, target: string): Promise<void> => {
  await run('dpkg', ['-x', file, target])
}
