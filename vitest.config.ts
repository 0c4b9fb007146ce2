import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

const common = {
  testTimeout: 30_000,
  hookTimeout: 120_000,
  chaiConfig: { truncateThreshold: 1000 },
  // Files run one after another in a worker that has loaded most of what they import: nothing here is known by module.
  isolate: false,
}
const folders = '{services,gateway,deploy,tests}/**'

/** The longest first, so that no worker is left with one alone: whole meshes, then databases, then the rest. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const first = [/\/(?<!services\/.*)tests\/.*\.int\./, /\.int\./, /./]
    const rank = ({ moduleId }: TestSpecification) => first.findIndex((kind) => kind.test(moduleId))
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b))
  }
}

const endToEnd = (name: string, order: number) => ({
  test: {
    ...common,
    name,
    include: [`${folders}/*.e2e.test.ts`],
    globalSetup: ['tests/mesh-setup.ts'],
    sequence: { groupOrder: order },
  },
})

export default defineConfig({
  test: {
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    projects: [
      { test: { ...common, name: 'unit', include: [`${folders}/*.{unit,int}.test.ts`], sequence: { groupOrder: 0 } } },
      endToEnd('e2e-single', 1),
      endToEnd('e2e-split', 2),
    ],
  },
})
