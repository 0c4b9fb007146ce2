type Asked<Key, Value> = readonly [key: Key, answer: PromiseWithResolvers<Value | undefined>]

/**
 * Asks together for what is asked for one by one within a turn of the event loop, once for each key, in batches of
 * `mostAtOnce`. What the answer leaves out is undefined; where asking fails, it fails for all of its batch.
 */
export const batched = <Key, Value>(
  ask: (keys: readonly Key[]) => Promise<ReadonlyMap<Key, Value>>,
  mostAtOnce: number,
): ((key: Key) => Promise<Value | undefined>) => {
  let waiting = new Map<Key, PromiseWithResolvers<Value | undefined>>()
  const askSome = async (some: readonly Asked<Key, Value>[]): Promise<void> => {
    try {
      const values = await ask(some.map(([key]) => key))
      for (const [key, answer] of some) answer.resolve(values.get(key))
    } catch (error) {
      for (const [, answer] of some) answer.reject(error)
    }
  }
  const askAll = (): void => {
    const all = [...waiting]
    waiting = new Map()
    for (let start = 0; start < all.length; start += mostAtOnce) void askSome(all.slice(start, start + mostAtOnce))
  }
  return (key) => {
    const known = waiting.get(key)
    if (known) return known.promise
    const answer = Promise.withResolvers<Value | undefined>()
    if (waiting.set(key, answer).size === 1) setImmediate(askAll)
    return answer.promise
  }
}
