import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { findPackageJSON, isBuiltin } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Plugin } from 'rolldown'
import { root } from './data-folder.ts'
import type { Log } from './setup-error.ts'

const sources = ['{services,gateway,gen}/**/*.ts']
const isTests = (path: string) => path.includes('/tests/') || path.endsWith('.test.ts')
const imported = /(?:from|import)\s*\(?\s*(["'])(@?[\w-][\w./-]*)\1/g
const entryFile = 'register.mjs'

/** What the sources of the mesh import from `node_modules`, in order. */
const specifiers = (): string[] => {
  const files = globSync(sources, { cwd: root }).filter((path) => !isTests(path))
  const found = files.flatMap((path) =>
    [...readFileSync(join(root, path), 'utf8').matchAll(imported)].map(([, , specifier]) => specifier as string),
  )
  return [...new Set(found)].filter((specifier) => !isBuiltin(specifier)).sort()
}

/** What a bundle is made of, and for which folder: another one has another name. */
const keyOf = (names: readonly string[]): string => {
  const modules = join(root, 'node_modules')
  const hash = createHash('sha256').update([root, realpathSync(modules), ...names].join('\n'))
  // npm's record of what is installed, be that what is wanted or not.
  for (const file of [join(modules, '.package-lock.json'), import.meta.filename]) hash.update(readFileSync(file))
  return hash.digest('hex').slice(0, 16)
}

const isEsm = (file: string): boolean => {
  if (!file.endsWith('.js')) return file.endsWith('.mjs')
  const description = findPackageJSON(pathToFileURL(file))
  return description !== undefined && JSON.parse(readFileSync(description, 'utf8')).type === 'module'
}

/** The file of each import that is an ES module; what is none is not taken in, and what is no package has none. */
const modulesOf = (names: readonly string[]): Map<string, string> => {
  const resolved = names.flatMap((name): [string, string][] => {
    try {
      const file = fileURLToPath(import.meta.resolve(name))
      return isEsm(file) ? [[name, file]] : []
    } catch {
      return [] // text in the sources that only looks like an import, or only types
    }
  })
  return new Map(resolved)
}

/**
 * CommonJS stays where it is: only Node itself gives it the names that it always has. A module that looks for files
 * beside itself finds them where they are.
 */
const asInPlace: Plugin = {
  name: 'as-in-place',
  transform(code, id) {
    if (!code.includes('import.meta.')) return null
    const own = { url: pathToFileURL(id).href, filename: id, dirname: dirname(id) }
    const replaced = Object.entries(own).reduce(
      (text, [name, value]) => text.replaceAll(`import.meta.${name}`, JSON.stringify(value)),
      code,
    )
    return { code: replaced, map: null }
  },
  async resolveId(source, importer, options) {
    if (isBuiltin(source)) return { id: source, external: true }
    const found = await this.resolve(source, importer, { ...options, skipSelf: true })
    if (!found || found.external || isEsm(found.id)) return found
    return { id: pathToFileURL(found.id).href, external: true }
  },
}

const packageOf = (file: string): string => {
  const [first = '', second = ''] = file.slice(file.lastIndexOf('node_modules/') + 'node_modules/'.length).split('/')
  return first.startsWith('@') ? `${first.slice(1)}-${second}` : first
}

/** Written beside the bundle: sends the imports of everything outside `node_modules` to it. */
const register = (files: Readonly<Record<string, string>>) => `import { registerHooks } from 'node:module'

const files = new Map(Object.entries(${JSON.stringify(files, null, 2)}))
for (const [name, file] of files) files.set(name, new URL(file, import.meta.url).href)

registerHooks({
  resolve(specifier, context, next) {
    const url = files.get(specifier)
    const isOurs = url && context.conditions.includes('import') && !context.parentURL?.includes('/node_modules/')
    return isOurs ? { url, format: 'module', shortCircuit: true } : next(specifier, context)
  },
})
`

const build = async (modules: ReadonlyMap<string, string>, folder: string): Promise<void> => {
  const { rolldown } = await import('rolldown')
  const entries = [...modules].map(([name, file]) => ({ name, file, chunk: name.replaceAll(/\W+/g, '-') }))
  const bundle = await rolldown({
    input: Object.fromEntries(entries.map(({ chunk, file }) => [chunk, file])),
    cwd: root,
    platform: 'node',
    plugins: [asInPlace],
    // As Node resolves them, and with all that they do when they are loaded.
    resolve: { mainFields: ['main'], conditionNames: ['node', 'import', 'default'] },
    treeshake: false,
    preserveEntrySignatures: 'strict',
    logLevel: 'silent',
  })
  await bundle.write({
    dir: folder,
    format: 'esm',
    entryFileNames: '[name].mjs',
    chunkFileNames: 'package-[name].mjs',
    codeSplitting: { groups: [{ name: packageOf, debugName: 'package', test: /node_modules/ }] },
  })
  await bundle.close()
  const files = Object.fromEntries(entries.map(({ name, chunk }) => [name, `./${chunk}.mjs`]))
  writeFileSync(join(folder, entryFile), register(files))
}

/**
 * Bundles the ES modules of `node_modules` that the mesh imports, one file a package instead of some two thousand in
 * all, unless that is done: finding them takes a process of the mesh longer than running them.
 *
 * @returns the file to `--import`
 * @throws when they cannot be bundled, or `parent` cannot be written
 */
export const bundleDependencies = async (parent: string): Promise<string> => {
  const names = specifiers()
  const folder = join(parent, keyOf(names))
  const entry = join(folder, entryFile)
  if (existsSync(entry)) return entry
  mkdirSync(parent, { recursive: true })
  const unfinished = mkdtempSync(join(parent, `${basename(folder)}.`))
  try {
    chmodSync(unfinished, 0o755)
    await build(modulesOf(names), unfinished)
    renameSync(unfinished, folder)
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true })
    // Another process was faster.
    if (!existsSync(entry)) throw error
  }
  return entry
}

let bundled: Promise<string[]> | undefined

/** Flags with which a process of the mesh starts faster; none, and a word about why, where that cannot be. */
export const bundleFlags = (log: Log): Promise<string[]> => {
  bundled ??= bundleDependencies(join(root, '.troupe', 'bundle')).then(
    (entry) => ['--import', pathToFileURL(entry).href],
    (error: Error) => {
      log(`the dependencies are not bundled, every process will start slower: ${error.message}`)
      return []
    },
  )
  return bundled
}
