import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

const common = {
  testTimeout: 30_000,
  hookTimeout: 120_000,
  // Of a list that should be empty, everything: CI keeps the message alone.
  chaiConfig: { truncateThreshold: 10_000 },
  // The files of a worker share the modules that it has loaded; no test replaces one.
  isolate: false,
  // Fewer collections while properties are tried.
  execArgv: ['--max-semi-space-size=64'],
  // Node runs the sources as they are, as it does in production, and remembers what it compiled.
  experimental: { viteModuleRunner: false, nodeLoader: false },
}
const folders = '{services,gateway,deploy,tests}/**'

/** Programs may be being installed meanwhile. */
const waitsForPrograms = (file: string): boolean =>
  /\/installed-programs\.ts|\bgroundOf\(/.test(readFileSync(file, 'utf8'))

/**
 * The longest first, so that no worker is left with one alone, and last what waits for programs. A worker keeps to its
 * project, which comes as one.
 */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const kinds = [/^tests\/.*\.int\./, /\.int\./, /./]
    const rank = ({ moduleId, project }: TestSpecification) => {
      const path = relative(import.meta.dirname, moduleId)
      const kind = waitsForPrograms(moduleId) ? kinds.length : kinds.findIndex((kind) => kind.test(path))
      return projects.indexOf(project.name) * (kinds.length + 1) + kind
    }
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b))
  }
}

const projects = ['unit', 'e2e-single', 'e2e-split']

const endToEnd = (name: string) => ({
  test: {
    ...common,
    name,
    include: [`${folders}/*.e2e.test.ts`],
    globalSetup: ['tests/mesh-setup.ts'],
    // Some wait for their turn to move the clock.
    testTimeout: 120_000,
    sequence: { groupOrder: 1 },
  },
})

export default defineConfig({
  test: {
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    projects: [
      { test: { ...common, name: 'unit', include: [`${folders}/*.{unit,int}.test.ts`], sequence: { groupOrder: 0 } } },
      endToEnd('e2e-single'),
      endToEnd('e2e-split'),
    ],
  },
})
