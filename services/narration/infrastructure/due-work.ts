import { hostname } from 'node:os'
import type { Kernel } from '#shared/infrastructure/kernel.ts'
import { uuidv7 } from '#shared/infrastructure/uuid.ts'
import { workLoop } from './work.ts'

const graceMs = 2000

interface Runs {
  tellNarration(id: string, signal: AbortSignal): Promise<void>
  runTraining(id: string, signal: AbortSignal): Promise<void>
}

/** What narration makes by itself, whoever asked for it: stories are told, voices trained, a few at a time. */
export const createDueWork = (kernel: Pick<Kernel, 'database' | 'log'>, runs: Runs, atOnce: number) => {
  const holder = `${hostname()}:${process.pid}:${uuidv7()}`
  const loops = [
    workLoop(kernel, holder, 'narration', atOnce, runs.tellNarration),
    workLoop(kernel, holder, 'voice', atOnce, runs.runTraining),
  ]
  const wake = () => {
    for (const loop of loops) loop.wake()
  }
  return {
    wake,
    start: () => {
      for (const loop of loops) loop.start()
    },
    stop: async () => {
      await Promise.all(loops.map((loop) => loop.stop(graceMs)))
    },
    // Nothing of it waits for a time of the mesh's.
    nextDue: async (): Promise<Date | undefined> => undefined,
    isQuiet: async (): Promise<boolean> => {
      const [row] = await kernel.database.sql<{ busy: boolean }>(
        'select exists (select from work where due_at <= now()) as busy',
      )
      if (row?.busy) wake()
      return !row?.busy
    },
  }
}
