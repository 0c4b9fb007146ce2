import { execFileSync } from 'node:child_process'
import { existsSync, globSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { findOwnSources } from './apt-sources.ts'
import { secondsSince } from './check.ts'
import { fetchDebianPackages } from './debian-packages.ts'
import { type AptGet, debianCodename, privateApt } from './private-apt.ts'
import { wrapProgram } from './program-wrapper.ts'
import type { Log } from './setup-error.ts'

interface Program {
  /** Its file, and the setting by which processes learn of it. */
  file: string
  variable: string
  versionFlag: string
  oldest: readonly [major: number, minor: number]
}

/** A Debian package and the programs in it. */
interface Package {
  name: string
  programs: readonly Program[]
  /** Environment variables of a path in the package, by what is found at it. */
  data: Readonly<Record<string, string>>
}

const packages: readonly Package[] = [
  {
    name: 'espeak-ng',
    programs: [{ file: 'espeak-ng', variable: 'TROUPE_ESPEAK', versionFlag: '--version', oldest: [1, 51] }],
    data: { ESPEAK_DATA_PATH: 'usr/lib/*/espeak-ng-data' },
  },
  {
    name: 'ffmpeg',
    programs: [
      { file: 'ffmpeg', variable: 'TROUPE_FFMPEG', versionFlag: '-version', oldest: [5, 1] },
      { file: 'ffprobe', variable: 'TROUPE_FFPROBE', versionFlag: '-version', oldest: [5, 1] },
    ],
    data: {},
  },
]

/** Drivers, fonts and keyboards: they serve windows and graphics cards, and are a third of what ffmpeg depends on. */
const unneeded =
  /^(libllvm|libz3-|libgl1-mesa|libglx-mesa|libglapi-mesa|libdrm-|libsensors|fonts-|fontconfig|xkb-data|shared-mime|x11-common)/

const versionOf = (program: string, flag: string): string | undefined => {
  try {
    return execFileSync(program, [flag], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).match(
      /\d+\.\d+[.\d]*/,
    )?.[0]
  } catch {
    return undefined // does not run on this machine: as good as absent
  }
}

const isGood = (path: string, { versionFlag, oldest: [major, minor] }: Program): boolean => {
  if (!existsSync(path)) return false
  const [has = 0, hasMinor = 0] = (versionOf(path, versionFlag) ?? '').split('.').map(Number)
  return has > major || (has === major && hasMinor >= minor)
}

const onPath = (file: string): string[] =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, file))

const howToInstall = (names: string): string =>
  [
    `${names} could not be installed here: narration and film will say what is missing, all else runs. One of these helps:`,
    '  Debian: apt install ffmpeg espeak-ng        macOS: brew install ffmpeg espeak-ng',
    '  or name programs of your own in TROUPE_FFMPEG, TROUPE_FFPROBE and TROUPE_ESPEAK',
  ].join('\n')

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(0)

interface Options {
  dataDir: string
  log: Log
  env?: NodeJS.ProcessEnv
  signal?: AbortSignal
}

const treeOf = (dataDir: string, { name }: Package): string => join(dataDir, 'programs', name)

const unpack = async (each: Package, apt: AptGet, folder: string, log: Log): Promise<string> => {
  const began = performance.now()
  const tree = mkdtempSync(join(folder, 'tree-'))
  const bytes = await fetchDebianPackages({
    apt,
    folder,
    packages: [each.name],
    leaveOut: unneeded,
    target: tree,
    onProgress: (done, all) => log(`${each.name}: ${megabytes(done)} of ${megabytes(all)} MB`),
  })
  const data = Object.entries(each.data).map(([name, path]) => [name, dirname(globSync(path, { cwd: tree })[0] ?? '')])
  for (const program of each.programs) {
    const wrapper = wrapProgram(tree, program.file, Object.fromEntries(data))
    if (!isGood(join(tree, wrapper), program)) throw new Error(`${program.file} of Debian's package does not run here`)
  }
  log(`${each.name}: installed (${megabytes(bytes)} MB in ${secondsSince(began)})`)
  return tree
}

/** Installs one after the other, for apt's lists are the same for all. */
const installAll = async (missing: readonly Package[], { dataDir, log, signal }: Options): Promise<void> => {
  const codename = debianCodename()
  const programs = join(dataDir, 'programs')
  mkdirSync(programs, { recursive: true })
  const folder = mkdtempSync(join(programs, 'apt-'))
  try {
    if (!codename) throw new Error('on other systems than Debian they are not installed by themselves')
    const apt = privateApt(folder, findOwnSources(codename), signal)
    await apt('update')
    for (const each of missing) {
      const tree = treeOf(dataDir, each)
      const unpacked = await unpack(each, apt, folder, log)
      // Renamed into place, so that nobody ever sees half of it.
      rmSync(tree, { recursive: true, force: true })
      renameSync(unpacked, tree)
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

export interface MediaPrograms {
  /** Where the programs are, or will be when `ready` resolves: settings of processes, which may be started before. */
  env: Readonly<Record<string, string>>
  /** Resolves when all that can be installed here is; what cannot was said. */
  ready: Promise<void>
}

/**
 * Finds ffmpeg ≥ 5.1 with ffprobe and espeak-ng ≥ 1.51: named by the environment, on the PATH, or installed by an earlier
 * run into `<dataDir>/programs`; on Debian they are installed there now where they are missing, once, and the system's
 * packages stay as they are.
 */
export const findOrInstallMediaPrograms = (options: Options): MediaPrograms => {
  const { dataDir, log, env = process.env, signal } = options
  const found: Record<string, string> = {}
  const ours = (each: Package, { file }: Program) => join(treeOf(dataDir, each), 'bin', file)
  const missing = packages.filter((each) => {
    const isFound = each.programs.map((program) => {
      const named = env[program.variable]
      const installed = ours(each, program)
      const path = named ?? [...onPath(program.file), installed].find((file) => isGood(file, program))
      found[program.variable] = path ?? installed
      return path !== undefined
    })
    return !isFound.every(Boolean)
  })
  if (missing.length === 0) return { env: found, ready: Promise.resolve() }
  const names = missing.map(({ name }) => name).join(' and ')
  log(`${names}: installing from Debian into ${join(dataDir, 'programs')} (once)`)
  const ready = installAll(missing, options).catch((error: unknown) => {
    // Another run may have been faster.
    const isThere = missing.every((each) => each.programs.every((program) => isGood(ours(each, program), program)))
    if (isThere || signal?.aborted) return
    log(`${howToInstall(names)}\n${error instanceof Error ? error.message : error}`)
  })
  return { env: found, ready }
}
