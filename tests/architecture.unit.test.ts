import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, posix } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { root } from '../deploy/local/data-folder.ts'
import { readArchitecture, rules } from './architecture-rules.ts'

const scratch = mkdtempSync(join(tmpdir(), 'troupe-architecture-'))
afterAll(() => rmSync(scratch, { recursive: true }))

test('the repository keeps its rules', async () => {
  const { modules, violations } = await readArchitecture(root)
  // A cruiser that cannot read TypeScript reads nothing, and finds nothing wrong with it.
  expect(modules.filter((path) => /^(services|gateway)\//.test(path)).length).toBeGreaterThan(100)
  expect(modules).toContain('services/shared/infrastructure/unit-of-work.ts')
  expect(violations).toEqual([])
})

type Imports = Readonly<Record<string, readonly string[]>>

/** What each file imports in a small mesh where all is as it should be. */
const lawful: Imports = {
  'gen/troupe/booking/v1/seat_pb.ts': ['@bufbuild/protobuf'],
  'gen/troupe/story/v1/story_pb.ts': ['@bufbuild/protobuf'],
  'services/main.ts': ['./contexts.ts', './shared/presentation/host.ts', '../gateway/gateway.ts'],
  'services/contexts.ts': ['./booking/service.ts', './story/service.ts'],
  'services/shared/domain/clock.ts': [],
  'services/shared/application/consumers.ts': ['../domain/clock.ts'],
  'services/shared/infrastructure/database.ts': ['kysely', '../domain/clock.ts', '../application/consumers.ts'],
  'services/shared/presentation/host.ts': ['node:os', '../infrastructure/database.ts'],
  'services/booking/service.ts': ['./domain/seat.ts', './application/book.process.ts'],
  'services/booking/domain/seat.ts': ['#gen/troupe/booking/v1/seat_pb.ts'],
  'services/booking/application/book.process.ts': ['#gen/troupe/story/v1/story_pb.ts'],
  'services/story/service.ts': ['./presentation/story-service.ts', './infrastructure/stories.ts'],
  'services/story/domain/title.ts': ['@bufbuild/protobuf/wkt'],
  'services/story/domain/story.ts': ['./title.ts', '#shared/domain/clock.ts', '#gen/troupe/story/v1/story_pb.ts'],
  'services/story/application/publish-story.ts': ['../domain/story.ts', '#shared/application/consumers.ts'],
  'services/story/infrastructure/stories.ts': ['../domain/story.ts', '#shared/infrastructure/database.ts'],
  'services/story/presentation/story-service.ts': ['../application/publish-story.ts', '#shared/presentation/host.ts'],
  'services/story/tests/story.unit.test.ts': ['../service.ts', '../../../tests/mesh.ts'],
  'gateway/gateway.ts': ['#shared/presentation/host.ts'],
  'deploy/local/start.ts': ['../../services/contexts.ts'],
  'tests/mesh.ts': ['#shared/presentation/host.ts'],
}

const packages: Readonly<Record<string, object>> = {
  '@bufbuild/protobuf': { '.': './index.js', './wkt': './wkt.js' },
  kysely: { '.': './index.js' },
}

/** The architecture of the small mesh with further imports. */
const withImports = async (added: Imports) => {
  const folder = mkdtempSync(join(scratch, 'mesh-'))
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  const imports = { '#gen/*': './gen/*', '#shared/*': './services/shared/*' }
  write('package.json', JSON.stringify({ type: 'module', imports }))
  for (const [name, exports] of Object.entries(packages)) {
    write(`node_modules/${name}/package.json`, JSON.stringify({ name, type: 'module', exports }))
    for (const file of ['index.js', 'wkt.js']) write(`node_modules/${name}/${file}`, 'export {}\n')
  }
  for (const file of new Set([...Object.keys(lawful), ...Object.keys(added)])) {
    const imported = [...(lawful[file] ?? []), ...(added[file] ?? [])]
    write(file, imported.map((name) => `import type {} from '${name}'\n`).join(''))
  }
  return readArchitecture(folder)
}

test('a mesh in which all is as it should be breaks no rule', async () => {
  const { modules, violations } = await withImports({})
  expect(modules).toEqual(expect.arrayContaining(Object.keys(lawful)))
  expect(violations).toEqual([])
})

/** Imports that break a rule, by its name; a file that nothing imports stands before what it imports itself. */
const breaches: Readonly<Record<string, readonly (readonly [file: string, imported: string, found?: string])[]>> = {
  'the domain imports nothing outward': [
    ['services/story/domain/title.ts', 'kysely', 'node_modules/kysely/index.js'],
    ['services/story/domain/title.ts', 'node:crypto', 'crypto'],
    ['services/story/domain/title.ts', '#gen/troupe/booking/v1/seat_pb.ts'],
    ['services/story/domain/title.ts', '../application/publish-story.ts'],
    ['services/story/domain/title.ts', '#shared/application/consumers.ts'],
    ['services/shared/domain/clock.ts', '../infrastructure/database.ts'],
  ],
  'the application reaches outward by ports only': [
    ['services/story/application/publish-story.ts', '../infrastructure/stories.ts'],
    ['services/story/application/publish-story.ts', '#shared/infrastructure/database.ts'],
    ['services/story/application/publish-story.ts', '#shared/presentation/host.ts'],
    ['services/shared/application/consumers.ts', '../presentation/host.ts'],
  ],
  'the infrastructure knows no presentation': [
    ['services/story/infrastructure/stories.ts', '../presentation/story-service.ts'],
    ['services/story/infrastructure/stories.ts', '#shared/presentation/host.ts'],
    ['services/shared/infrastructure/database.ts', '../presentation/host.ts'],
  ],
  'the presentation of a context goes through its application': [
    ['services/story/presentation/story-service.ts', '../infrastructure/stories.ts'],
  ],
  'contexts meet through contracts only': [
    ['services/booking/application/book.process.ts', '../../story/domain/title.ts'],
    ['services/booking/tests/seat.unit.test.ts', '../../story/domain/title.ts'],
    ['services/shared/presentation/host.ts', '../../story/domain/title.ts'],
  ],
  'no context and no part of the kernel knows who is hosted': [
    ['services/shared/presentation/host.ts', '../../contexts.ts'],
    ['services/story/service.ts', '../../gateway/gateway.ts'],
  ],
  'only the list of contexts loads a context': [
    ['services/main.ts', './story/service.ts'],
    ['tests/mesh.ts', '../services/story/service.ts'],
    ['services/story/presentation/story-service.ts', '../service.ts'],
  ],
  'the gateway knows the kernel only': [
    ['gateway/gateway.ts', '../services/contexts.ts'],
    ['gateway/gateway.ts', '../services/story/domain/title.ts'],
  ],
  'main is the only entry': [
    ['services/story/worker.ts', '#shared/domain/clock.ts', 'services/story/worker.ts'],
    ['gateway/main.ts', './gateway.ts', 'gateway/main.ts'],
  ],
  'main is no library': [['deploy/local/start.ts', '../../services/main.ts']],
  'what runs needs no tools and no tests': [
    ['gateway/gateway.ts', '../deploy/local/start.ts'],
    ['services/story/service.ts', '../../tests/mesh.ts'],
    ['services/story/service.ts', './tests/story.unit.test.ts'],
  ],
  'no cycles': [['services/shared/application/consumers.ts', '../infrastructure/database.ts']],
  'every import is found': [['services/story/service.ts', './storage.ts', './storage.ts']],
}

test('each rule is broken below', () => {
  expect(Object.keys(breaches).sort()).toEqual(rules.map(({ name }) => name).sort())
})

const target = (file: string, imported: string): string =>
  imported.startsWith('.')
    ? posix.join(posix.dirname(file), imported)
    : imported.replace('#gen/', 'gen/').replace('#shared/', 'services/shared/')

const cases = Object.entries(breaches).flatMap(([rule, all]) =>
  all.map(([file, imported, found]) => ({ rule, file, imported, found: found ?? target(file, imported) })),
)

test.each(cases)('$rule: not $file → $imported', async ({ rule, file, imported, found }) => {
  const { violations } = await withImports({ [file]: [imported] })
  expect(violations).toContain(`${rule}: ${file} → ${found}`)
})
