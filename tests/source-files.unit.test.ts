import { describe, expect, test } from 'vitest'
import { root } from '../deploy/local/data-folder.ts'
import { allSourceProblems, sourceFiles, sourceProblems } from './source-rules.ts'

test('the source files keep their rules', () => {
  const files = sourceFiles(root)
  expect(files.length).toBeGreaterThan(200)
  for (const part of ['services', 'gateway', 'deploy', 'tests']) {
    expect(files.filter((path) => path.startsWith(`${part}/`)).length).toBeGreaterThan(0)
  }
  expect(allSourceProblems(root)).toEqual([])
})

const lines = (count: number) => 'const a = 1\n'.repeat(count)

describe('names', () => {
  test.each([
    'services/story/domain/story.ts',
    'services/booking/application/book-seats.process.ts',
    'vitest.config.ts',
  ])('%s is kebab-case', (path) => expect(sourceProblems(path, '')).toEqual([]))

  test.each([
    'services/story/domain/Story.ts',
    'gateway/size_limit.ts',
    'deploy/local/logLines.ts',
    'services/Story/a.ts',
  ])('%s is not', (path) => expect(sourceProblems(path, '')).toEqual([`${path}: its name is not kebab-case`]))
})

describe('length', () => {
  test('200 lines are enough', () => {
    expect(sourceProblems('gateway/edge.ts', lines(200))).toEqual([])
    expect(sourceProblems('gateway/edge.ts', lines(201))).toEqual([
      'gateway/edge.ts: has 201 lines; 200 are enough for one thing',
    ])
  })

  test.each(['gateway/tests/edge.unit.test.ts', 'services/story/infrastructure/migrations/0001-stories.ts'])(
    'but %s may have more',
    (path) => expect(sourceProblems(path, lines(201))).toEqual([]),
  )
})

describe('exports', () => {
  test.each(['export default class {}', 'export { a as default }'])('not %s', (line) => {
    expect(sourceProblems('gateway/edge.ts', `\n${line}\n`)).toEqual(['gateway/edge.ts:2: a default export'])
    expect(sourceProblems('tests/mesh-setup.ts', line)).toEqual([])
  })
})

describe('time', () => {
  const path = 'services/story/domain/story.ts'

  test.each(['Date.now()', 'map(Date.now)', 'new Date()', 'new Date( )', 'new Date', 'Date()'])('not %s', (code) => {
    expect(sourceProblems(path, `const a = ${code}`)).toEqual([`${path}:1: reads the wall clock, not a Clock`])
    expect(sourceProblems('services/shared/infrastructure/mesh-clock.ts', `const a = ${code}`)).toEqual([])
    expect(sourceProblems('services/story/tests/given.ts', `const a = ${code}`)).toEqual([])
  })

  test.each([
    'new Date(time)',
    'new Date(0)',
    'performance.now()',
    'clock.now()',
    'let a: Date',
    'class a extends Date {}',
  ])('but %s', (code) => expect(sourceProblems(path, code)).toEqual([]))

  test('a comment may speak of it', () => {
    expect(sourceProblems(path, '// not Date.now()\n/**\n * nor new Date()\n */')).toEqual([])
  })
})
