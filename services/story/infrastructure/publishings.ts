import type { Kernel } from '#shared/infrastructure/kernel.ts'
import type { Publishings } from '../domain/ports.ts'
import { Publishing } from '../domain/publishing.ts'

/** Publications in Postgres, within the unit of work being run. Watchers of the story hear of every change. */
export const publishingRepository = ({ unit, changes }: Pick<Kernel, 'unit' | 'changes'>): Publishings => {
  const follow = (publishing: Publishing) => void unit().afterCommit.push(() => changes.notify(publishing.storyId))
  return {
    find: async (id) => {
      const publishing = await unit().find(Publishing, id)
      if (publishing) follow(publishing)
      return publishing
    },
    add: (publishing) => {
      follow(publishing)
      unit().add(publishing)
    },
  }
}
