import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { differingFiles, mirror } from './contracts/folders.ts'
import { compileContracts, generateInto } from './contracts/generate.ts'
import { contractProblems } from './contracts/problems.ts'
import { root } from './data-folder.ts'
import { SetupError } from './setup-error.ts'

const usage = `Usage: npm run gen -- [--check]

Generates gen/ from the protos. With --check nothing is written: says what is not fresh.`

const gen = join(root, 'gen')

/** What keeps the contracts from being built, a line each. Everything is made beside gen/, which others may be reading. */
const build = async (isCheck: boolean): Promise<string[]> => {
  const folder = mkdtempSync(join(tmpdir(), 'troupe-gen-'))
  try {
    const problems = contractProblems(await compileContracts(folder))
    if (problems.length > 0) return problems
    await generateInto(folder)
    const made = join(folder, 'gen')
    if (isCheck) return differingFiles(made, gen).map((file) => `gen/${file} is not fresh: npm run gen`)
    for (const file of mirror(made, gen)) console.log(`gen/${file}`)
    return []
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const main = async (): Promise<number> => {
  let isCheck: boolean
  try {
    isCheck = parseArgs({ options: { check: { type: 'boolean', default: false } } }).values.check
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${usage}`)
    return 2
  }
  try {
    const problems = await build(isCheck)
    for (const problem of problems) console.error(problem)
    return problems.length > 0 ? 1 : 0
  } catch (error) {
    console.error(error instanceof SetupError ? error.message : error)
    return 1
  }
}

process.exitCode = await main()
