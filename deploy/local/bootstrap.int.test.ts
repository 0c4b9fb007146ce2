import { execFile } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, it } from 'vitest'

const run = promisify(execFile)
let project: string
let path: string

/** As `npm ci`: slow, in an empty folder, spoiled by another at the same time. */
const npm = `#!/bin/sh
echo run >> npm-runs
mkdir node_modules || exit 1
sleep 1
mkdir node_modules/.bin
ln -s '${process.execPath}' node_modules/.bin/node
echo '{"packages":{}}' > node_modules/.package-lock.json
`

beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'troupe-bootstrap-'))
  const folder = (name: string) => mkdirSync(join(project, name), { recursive: true })
  for (const name of ['deploy/local', 'outside', '.troupe']) folder(name)
  cpSync(join(import.meta.dirname, 'bootstrap.mjs'), join(project, 'deploy/local/bootstrap.mjs'))
  writeFileSync(join(project, 'deploy/local/demo.ts'), "console.log('demo ran')\n")
  writeFileSync(join(project, 'package-lock.json'), '{"packages":{}}')
  writeFileSync(join(project, 'outside/npm'), npm)
  chmodSync(join(project, 'outside/npm'), 0o755)
  path = `${join(project, 'outside')}:${process.env.PATH}`
})

afterEach(() => rmSync(project, { recursive: true, force: true }))

const demo = () =>
  run(process.execPath, [join(project, 'deploy/local/bootstrap.mjs'), 'demo'], { env: { ...process.env, PATH: path } })

const lock = () => join(project, '.troupe/install-lock')
const npmRuns = () => readFileSync(join(project, 'npm-runs'), 'utf8').match(/run/g)?.length

it('installs once, however many commands are typed meanwhile; the others say that they wait', async () => {
  const first = demo()
  while (!existsSync(lock())) await new Promise((done) => setTimeout(done, 5))
  const outputs = (await Promise.all([first, demo(), demo()])).map(({ stdout }) => stdout)
  for (const output of outputs) expect(output).toContain('demo ran')
  expect(outputs.filter((output) => output.includes('waiting for it'))).toHaveLength(2)
  expect(npmRuns()).toBe(1)
  expect(existsSync(lock())).toBe(false)
})

it('takes over what a killed installation left behind', async () => {
  const { pid } = await new Promise<{ pid: number }>((resolve) => {
    const child = execFile(process.execPath, ['-e', ''], () => resolve({ pid: child.pid as number }))
  })
  writeFileSync(lock(), `${pid}`)
  const outputs = await Promise.all([demo(), demo(), demo()])
  for (const { stdout } of outputs) expect(stdout).toContain('demo ran')
  expect(npmRuns()).toBe(1)
  expect(existsSync(lock())).toBe(false)
})
