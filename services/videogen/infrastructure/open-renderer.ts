import type { Programs } from '#shared/infrastructure/programs/program.ts'
import type { Renderer } from './film-studio.ts'

/** The embedded renderer. */
export const openRenderer = (_programs: Programs): Renderer => ({
  render: async () => {
    throw new Error('not yet')
  },
  close: async () => {},
})
