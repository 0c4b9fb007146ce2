import { cpSync, existsSync, globSync, readFileSync, rmdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'

const filesOf = (folder: string): string[] =>
  globSync('**/*', { cwd: folder, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))

const isSame = (a: string, b: string): boolean =>
  existsSync(a) && existsSync(b) && readFileSync(a).equals(readFileSync(b))

/** Paths of the files that are in one folder only or have another content, sorted. A folder that is not there is empty. */
export const differingFiles = (a: string, b: string): string[] =>
  [...new Set([...filesOf(a), ...filesOf(b)])].filter((file) => !isSame(join(a, file), join(b, file))).sort()

/** Makes `target` the same as `source`; what is the same already is not touched. Returns the paths that changed. */
export const mirror = (source: string, target: string): string[] => {
  const changed = differingFiles(source, target)
  for (const file of changed) {
    if (existsSync(join(source, file))) cpSync(join(source, file), join(target, file))
    else rmSync(join(target, file))
  }
  for (const file of changed) removeIfEmpty(dirname(join(target, file)), target)
  return changed
}

const removeIfEmpty = (folder: string, top: string): void => {
  if (folder === top || !existsSync(folder)) return
  if (globSync('*', { cwd: folder }).length > 0) return
  rmdirSync(folder)
  removeIfEmpty(dirname(folder), top)
}
