import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { FileRegistry } from '@bufbuild/protobuf'
import { root } from '../data-folder.ts'
import { compileContracts } from './generate.ts'

const options = 'proto/troupe/mesh/v1/options.proto'

/** Compiles proto files given by path and text, which may import our options and what is in proto-imports. */
export const compileSources = async (sources: Readonly<Record<string, string>>): Promise<FileRegistry> => {
  const folder = mkdtempSync(join(tmpdir(), 'troupe-contracts-'))
  try {
    for (const path of [options, 'proto-imports']) cpSync(join(root, path), join(folder, path), { recursive: true })
    writeFileSync(join(folder, 'buf.yaml'), 'version: v2\nmodules: [{ path: proto }, { path: proto-imports }]\n')
    for (const [path, text] of Object.entries(sources)) {
      const file = join(folder, 'proto', path)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, text)
    }
    return await compileContracts(folder, folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
