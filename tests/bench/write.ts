import { type Figure, showFigures } from './figures.ts'
import { gatewayWrites } from './gateway-writes.ts'
import { kernelWrites } from './kernel-writes.ts'
import type { Bench } from './setting.ts'

const meaning =
  '1 KB of state and its event, committed durably; reference: pgbench, BEGIN, three inserts, COMMIT of the same rows by as many clients'

/** The write path: the kernel's unit of work alone, and CreateStory through the gateway with everything on. */
export const write = async (bench: Bench): Promise<void> => {
  const figures: Figure[] = [...(await kernelWrites(bench)), ...(await gatewayWrites(bench))]
  showFigures(bench.report, 'write', meaning, figures)
}
