import { defineConfig } from 'vitest/config'

const common = { testTimeout: 30_000, hookTimeout: 120_000, chaiConfig: { truncateThreshold: 1000 } }
const folders = '{services,gateway,deploy,tests}/**'

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
    projects: [
      { test: { ...common, name: 'unit', include: [`${folders}/*.{unit,int}.test.ts`], sequence: { groupOrder: 0 } } },
      endToEnd('e2e-single', 1),
      endToEnd('e2e-split', 2),
    ],
  },
})
