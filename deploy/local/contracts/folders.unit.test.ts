import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { differingFiles, mirror } from './folders.ts'

let top: string
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'troupe-folders-'))
})
afterEach(() => rmSync(top, { recursive: true }))

const folder = (name: string, files: Record<string, string>): string => {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(top, name, path)), { recursive: true })
    writeFileSync(join(top, name, path), text)
  }
  return join(top, name)
}

test('names what differs, is new or is left over', () => {
  const made = folder('made', { 'same.ts': '1', 'deep/changed.ts': '2', 'new.ts': '3' })
  const committed = folder('committed', { 'same.ts': '1', 'deep/changed.ts': 'two', 'gone/left.ts': '4' })
  expect(differingFiles(made, committed)).toEqual(['deep/changed.ts', 'gone/left.ts', 'new.ts'])
  expect(differingFiles(made, made)).toEqual([])
  expect(differingFiles(made, join(top, 'nothing'))).toHaveLength(3)
})

test('mirrors a folder, leaves what is the same untouched and no empty folder behind', () => {
  const made = folder('made', { 'same.ts': '1', 'deep/changed.ts': '2', 'new/er/file.ts': '3' })
  const target = folder('target', { 'same.ts': '1', 'deep/changed.ts': 'two', 'gone/deep/left.ts': '4' })
  const before = statSync(join(target, 'same.ts')).mtimeMs
  expect(mirror(made, target)).toEqual(['deep/changed.ts', 'gone/deep/left.ts', 'new/er/file.ts'])
  expect(differingFiles(made, target)).toEqual([])
  expect(readdirSync(target).sort()).toEqual(['deep', 'new', 'same.ts'])
  expect(readFileSync(join(target, 'deep/changed.ts'), 'utf8')).toBe('2')
  expect(statSync(join(target, 'same.ts')).mtimeMs).toBe(before)
  expect(mirror(made, target)).toEqual([])
})
