// Runs on any Node ≥ 20 with nothing installed: installs what the lockfile names, then hands over to Node 24.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const modules = join(root, 'node_modules')
const bin = join(modules, '.bin')
const node24 = join(bin, 'node')
const stampFile = join(modules, '.troupe-stamp')
// Beside node_modules, which npm empties.
const ownFolder = join(root, '.troupe')
const lockFile = join(ownFolder, 'install-lock')

const entries = {
  start: 'deploy/local/start.ts',
  test: 'deploy/local/test.ts',
  demo: 'deploy/local/demo.ts',
  invariants: 'deploy/local/invariants.ts',
  gen: 'deploy/local/gen.ts',
  eval: 'services/story/tales/eval.ts',
  bench: 'tests/bench/bench.ts',
  chaos: 'tests/chaos/chaos.ts',
  security: 'tests/security/security.ts',
}

const say = (line) => console.log(`troupe: ${line}`)

const fail = (...lines) => {
  for (const line of lines) console.error(`troupe: ${line}`)
  process.exit(1)
}

const checkPlatform = () => {
  const supported = ['linux', 'darwin'].includes(process.platform) && ['x64', 'arm64'].includes(process.arch)
  if (!supported) {
    fail(
      `${process.platform} on ${process.arch} is not supported.`,
      'Use Linux or macOS on x64 or arm64; on Windows, WSL with Debian.',
    )
  }
}

const read = (file) => readFileSync(file, 'utf8')

/** What the installed folder has to match: the lockfile, and the machine its binaries are for. */
const wantedStamp = () =>
  createHash('sha256')
    .update(`${process.platform} ${process.arch}\n`)
    .update(read(join(root, 'package-lock.json')))
    .digest('hex')

/** npm's own record of what it installed, so that a plain `npm ci` or `npm install` is not repeated. */
const npmInstalledTheLockfile = () => {
  const record = join(modules, '.package-lock.json')
  if (!existsSync(record)) return false
  const wanted = JSON.parse(read(join(root, 'package-lock.json'))).packages
  const installed = JSON.parse(read(record)).packages
  return Object.entries(wanted).every(([path, { version, optional }]) => {
    if (path === '') return true
    return installed[path] ? installed[path].version === version : optional === true
  })
}

const isInstalled = (stamp) => {
  if (!existsSync(node24)) return false
  if (existsSync(stampFile) && read(stampFile) === stamp) return true
  if (!npmInstalledTheLockfile()) return false
  writeFileSync(stampFile, stamp)
  return true
}

/** PATH without this project's own binaries: `npm ci` removes the Node it would otherwise run on. */
const pathOutside = () =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => folder !== bin)
    .join(delimiter)

const install = (stamp) => {
  const why = existsSync(modules) ? 'node_modules does not match package-lock.json' : 'first run'
  say(`${why}: installing the npm packages (npm ci, once, about a minute)`)
  const began = performance.now()
  const { error, status } = spawnSync('npm', ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, PATH: pathOutside() },
  })
  if (error?.code === 'ENOENT') {
    fail(
      'npm is not on the PATH.',
      'Install npm (Debian: apt install npm; or https://nodejs.org), then run this again.',
    )
  }
  if (error) fail(`npm ci could not be run: ${error.message}`)
  if (status !== 0) {
    fail(
      'npm ci failed; its own message stands above.',
      'If the npm registry cannot be reached, check the network or npm_config_registry / https_proxy, then run this again.',
    )
  }
  if (!existsSync(node24)) {
    fail(
      'npm ci did not install Node 24 (node_modules/.bin/node).',
      'If install scripts are switched off, run: npm ci --ignore-scripts=false',
    )
  }
  const { stdout } = spawnSync(node24, ['--version'], { encoding: 'utf8' })
  if (!stdout?.startsWith('v24.')) {
    fail(
      'the installed Node 24 does not run on this machine.',
      'It needs glibc (Debian, Ubuntu, Fedora, …) or macOS; Alpine is not supported.',
    )
  }
  writeFileSync(stampFile, stamp)
  say(`installed in ${Math.round((performance.now() - began) / 1000)} s`)
}

const sleep = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)

/** The process whose lock it is; undefined where there is no lock, or none that anybody holds any longer. */
const lockHolder = () => {
  let pid
  try {
    pid = Number(read(lockFile))
    process.kill(pid, 0)
    return pid
  } catch (error) {
    // Somebody else's process lives as well.
    return error.code === 'EPERM' ? pid : undefined
  }
}

const unlock = () => rmSync(lockFile, { force: true })

/** Takes the lock unless somebody has it. One that was left behind is replaced, by the last of those who find it. */
const tryLock = () => {
  const mine = `${lockFile}.${process.pid}`
  writeFileSync(mine, `${process.pid}`)
  try {
    linkSync(mine, lockFile)
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
    if (lockHolder() !== undefined) return false
    renameSync(mine, lockFile)
    sleep(200)
    return lockHolder() === process.pid
  } finally {
    rmSync(mine, { force: true })
  }
}

/** Installs what is missing; one process at a time, and the others use what it installed. */
const installOnce = (stamp) => {
  if (!existsSync(lockFile) && isInstalled(stamp)) return
  mkdirSync(ownFolder, { recursive: true })
  for (let isFirst = true; !tryLock(); isFirst = false) {
    if (isFirst) say(`another process installs the npm packages (its id stands in ${lockFile}): waiting for it`)
    sleep(500)
  }
  process.on('exit', unlock)
  if (!isInstalled(stamp)) install(stamp)
  unlock()
  process.off('exit', unlock)
}

/** Runs the entry on Node 24; signals go through, and its exit code becomes ours. */
const handOver = (entry, args) => {
  const child = spawn(node24, [join(root, entry), ...args], {
    cwd: root,
    // The channel tells the child when this process is killed outright.
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: {
      ...process.env,
      PATH: `${bin}${delimiter}${pathOutside()}`,
      NODE_COMPILE_CACHE: join(ownFolder, 'compile-cache'),
    },
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  // npm cannot pass on what kills it outright.
  if (process.env.npm_lifecycle_event) {
    const npm = process.ppid
    setInterval(() => process.ppid === npm || child.kill('SIGTERM'), 500).unref()
  }
  child.on('error', (error) => fail(`Node 24 could not be started: ${error.message}`))
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]))
}

const [command, ...args] = process.argv.slice(2)
const entry = entries[command]
if (!entry) fail(`unknown command '${command ?? ''}'; one of: ${Object.keys(entries).join(', ')}`)
checkPlatform()
installOnce(wantedStamp())
handOver(entry, args)
