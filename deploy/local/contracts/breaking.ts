import { execFile } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { root } from '../data-folder.ts'
import { SetupError } from '../setup-error.ts'
import { buf } from './buf.ts'

const run = promisify(execFile)
const modules = ['proto', 'proto-imports']

// A commit lacks what npm installs, which buf.yaml names too; our own contracts import nothing of it.
const ownModules = JSON.stringify({ version: 'v2', modules: modules.map((path) => ({ path })) })

const git = async (...args: string[]): Promise<string> =>
  (await run('git', args, { cwd: root, maxBuffer: 64 * 1024 * 1024 })).stdout

/**
 * Writes the contracts of a commit into a folder. Answers why that is not possible where it is not: no git, no such
 * commit (a first or shallow one has none before it), no contracts in it.
 */
export const writeContractsOf = async (commit: string, folder: string): Promise<{ missing?: string }> => {
  let files: string[]
  try {
    files = (await git('ls-tree', '-r', '--name-only', commit, ...modules)).split('\n').filter(Boolean)
  } catch (error) {
    return { missing: `${commit}: ${error instanceof Error ? error.message.trim() : error}` }
  }
  if (!files.some((file) => file.startsWith('proto/'))) return { missing: `${commit} has no contracts` }
  for (const file of files) {
    const target = join(folder, file)
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, await git('show', `${commit}:${file}`))
  }
  for (const path of modules) mkdirSync(join(folder, path), { recursive: true })
  return {}
}

/**
 * What in `after` (by default the repository) would break those who still use the contracts in `before`, a line each:
 * the wire and JSON formats, as buf.yaml demands. Both are folders with `proto` and `proto-imports`.
 */
export const breakingChanges = async (before: string, scratch: string, after: string = root): Promise<string[]> => {
  const image = async (name: string, source: string): Promise<string> => {
    const file = join(scratch, `${name}.binpb`)
    await buf('build', source, '--config', ownModules, '--path', join(source, 'proto/troupe'), '-o', file)
    return file
  }
  const [old, present] = [await image('before', before), await image('after', after)]
  try {
    await buf('breaking', present, '--against', old, '--exclude-imports', '--config', join(root, 'buf.yaml'))
    return []
  } catch (error) {
    if (!(error instanceof SetupError)) throw error
    return error.message.split('\n')
  }
}
