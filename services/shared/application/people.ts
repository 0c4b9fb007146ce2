/** Whose things are kept. */
export interface People {
  /** Lets nobody add anything of theirs from then on. */
  leave(userId: string): Promise<void>
  isGone(userId: string): Promise<boolean>
}

/**
 * Makes files for somebody. When they left meanwhile, what was put behind the back of their erasure goes as well: by then
 * it is known that they are gone, and nothing more is put.
 */
export const leaveNothing = async <T>(
  people: People,
  files: { erase(userId: string): Promise<void> },
  userId: string,
  make: () => Promise<T>,
): Promise<T> => {
  try {
    return await make()
  } finally {
    if (await people.isGone(userId)) await files.erase(userId)
  }
}
