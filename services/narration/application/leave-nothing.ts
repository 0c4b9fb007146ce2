import type { Ports } from './ports.ts'

/**
 * Makes sound for somebody. When they left meanwhile, what was put behind the back of their erasure goes as well: by then
 * it is known that they are gone, and nothing more is put.
 */
export const leaveNothing = async <T>(
  { people, studio }: Pick<Ports, 'people' | 'studio'>,
  userId: string,
  make: () => Promise<T>,
): Promise<T> => {
  try {
    return await make()
  } finally {
    if (await people.isGone(userId)) await studio.erase(userId)
  }
}
