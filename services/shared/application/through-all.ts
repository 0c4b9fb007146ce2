interface Ports {
  /** Runs a unit of work of its own and commits it. */
  apart: (purpose: string, run: () => Promise<void>) => Promise<void>
  /** What was to be done to one of them failed; others are not kept from it. */
  passedOver: (purpose: string, id: string, error: unknown) => void
}

/**
 * Does something to all that is found, some at a time and each once, in a unit of its own. One that fails keeps no other
 * from it. `find` leaves out what was seen.
 */
export const throughAll = async (
  { apart, passedOver }: Ports,
  purpose: string,
  find: (seen: readonly string[]) => Promise<readonly string[]>,
  each: (id: string) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> => {
  const seen: string[] = []
  for (let found = await find(seen); found.length > 0 && !signal?.aborted; found = await find(seen)) {
    await Promise.all(
      found.map((id) => apart(purpose, () => each(id)).catch((error: unknown) => passedOver(purpose, id, error))),
    )
    seen.push(...found)
  }
}
