import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { bundleDependencies } from './bundle.ts'
import { root } from './data-folder.ts'

let folder: string
let entry: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'troupe-bundle-'))
  const [first, second] = await Promise.all([bundleDependencies(folder), bundleDependencies(folder)])
  expect(second).toBe(first)
  entry = first
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** What a script prints that runs as the mesh does, in its folder. */
const run = (...flags: string[]): string =>
  execFileSync(process.execPath, [...flags, '--input-type=module', '--eval', script], { cwd: root, encoding: 'utf8' })

const script = `
  import { createRegistry } from '@bufbuild/protobuf'
  import { timestampFromMs, TimestampSchema } from '@bufbuild/protobuf/wkt'
  import { ConnectError, Code } from '@connectrpc/connect'
  import { MikroORM } from '@mikro-orm/postgresql'
  import { EntitySchema } from '@mikro-orm/core'
  import { SignJWT } from 'jose'
  import PDFDocument from 'pdfkit'
  import { Pool } from 'pg'
  const at = (name) => import.meta.resolve(name).includes('/node_modules/') ? 'apart' : 'bundled'
  console.log(['kysely', '@mikro-orm/core', '@bufbuild/protobuf/wkt', 'pino'].map(at).join(' '))
  console.log(createRegistry(TimestampSchema).getMessage('google.protobuf.Timestamp') === TimestampSchema)
  console.log(timestampFromMs(1500).$typeName, ConnectError.from(new ConnectError('no', Code.NotFound)).code, typeof MikroORM.init,
    new EntitySchema({ name: 'A', properties: {} }).meta.className, typeof SignJWT, typeof Pool)
  console.log(new PDFDocument({ pdfVersion: '1.7', subset: 'PDF/A-2' }).heightOfString('found its files') > 0)
`

it('is made once, however many begin it', () => {
  expect(readdirSync(folder)).toHaveLength(1)
})

it('takes the place of ES modules, of which each is loaded once, and of nothing else', () => {
  const [where, ...rest] = run('--import', pathToFileURL(entry).href).split('\n')
  expect(where).toBe('bundled bundled bundled apart')
  expect(rest).toEqual(run().split('\n').slice(1))
  expect(rest.join(' ')).toContain('true google.protobuf.Timestamp 5 function A function function')
})
