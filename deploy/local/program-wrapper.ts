import { chmodSync, globSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The folders below an unpacked tree that shared libraries lie in, relative to it. */
const libraryFolders = (tree: string): string[] =>
  [...new Set(globSync('{usr/lib,lib}/**/lib*.so*', { cwd: tree }).map(dirname))].sort((a, b) => a.length - b.length)

/**
 * Writes `<tree>/bin/<name>`, which runs a program of the tree with the libraries and data of the tree; it works wherever
 * the tree is moved to. Returns its path below the tree.
 */
export const wrapProgram = (tree: string, name: string, data: Readonly<Record<string, string>> = {}): string => {
  const inTree = (path: string) => `"$tree/${path}"`
  const libraries = libraryFolders(tree).map((folder) => `$tree/${folder}`)
  const lines = [
    '#!/bin/sh',
    `tree="\${0%/*}/.."`,
    `export LD_LIBRARY_PATH="${libraries.join(':')}"`,
    ...Object.entries(data).map(([variable, path]) => `export ${variable}=${inTree(path)}`),
    `exec ${inTree(`usr/bin/${name}`)} "$@"`,
  ]
  const wrapper = join('bin', name)
  mkdirSync(join(tree, 'bin'), { recursive: true })
  writeFileSync(join(tree, wrapper), `${lines.join('\n')}\n`)
  chmodSync(join(tree, wrapper), 0o755)
  return wrapper
}
