/** Bytes in chunks of a length. */
export async function* inChunks(bytes: Uint8Array, length = 1000): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length)
}

/** Everything that comes. */
export const gather = async <T>(source: AsyncIterable<T>): Promise<T[]> => {
  const items: T[] = []
  for await (const item of source) items.push(item)
  return items
}

/** All bytes that come. */
export const all = async (content: AsyncIterable<Uint8Array>): Promise<Buffer> => Buffer.concat(await gather(content))
