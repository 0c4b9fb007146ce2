import { readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type AptGet, unpackPackage } from './private-apt.ts'

/** A package file that apt would download. */
export interface PackageFile {
  name: string
  version: string
  bytes: number
}

/** Reads what `apt-get --print-uris` says: `'uri' <name>_<version>_<architecture>.deb <bytes> <hash>`, a line each. */
export const readPrintedUris = (text: string): PackageFile[] =>
  [...text.matchAll(/^'[^']+' ([^_\s]+)_([^_\s]+)_[^_\s]+\.deb (\d+)/gm)].map(([, name = '', version = '', bytes]) => ({
    name,
    version: decodeURIComponent(version),
    bytes: Number(bytes),
  }))

const progressEveryMs = 5_000

interface Options {
  apt: AptGet
  /** Where apt downloads to. */
  folder: string
  packages: readonly string[]
  /** Packages that others depend on by name and that nothing here needs to run. */
  leaveOut: RegExp
  /** A folder to unpack them into. */
  target: string
  onProgress: (bytes: number, ofBytes: number) => void
}

const downloaded = (folder: string): string[] => readdirSync(folder).filter((name) => name.endsWith('.deb'))

const bytesIn = (folder: string): number =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { name }) => sum + (statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0), 0)

/** Downloads packages and those they depend on that the system has not, and unpacks them. Returns how many bytes came. */
export const fetchDebianPackages = async (options: Options): Promise<number> => {
  const { apt, folder, packages, leaveOut, target, onProgress } = options
  const printed = await apt('--print-uris', '--yes', '--no-install-recommends', 'install', ...packages)
  const wanted = readPrintedUris(printed).filter(({ name }) => !leaveOut.test(name))
  const bytes = wanted.reduce((sum, each) => sum + each.bytes, 0)
  onProgress(0, bytes)
  const timer = setInterval(() => onProgress(bytesIn(folder), bytes), progressEveryMs)
  try {
    await apt('download', ...wanted.map(({ name, version }) => `${name}=${version}`))
  } finally {
    clearInterval(timer)
  }
  for (const file of downloaded(folder)) {
    await unpackPackage(join(folder, file), target)
    rmSync(join(folder, file))
  }
  return bytes
}
