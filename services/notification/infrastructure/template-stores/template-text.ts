import { precondition, unavailable } from '#shared/domain/errors.ts'

/** No template is longer, in bytes: a mail of that size would be cut by those who read it. */
export const mostBytes = 256 * 1024

export const tooLarge = (path: string) => precondition('TEMPLATE_TOO_LARGE', `${path} has more than ${mostBytes} bytes`)

export const storeAway = (why: string) =>
  unavailable('TEMPLATE_STORE_UNAVAILABLE', `the template store is away: ${why}`)

/** Decodes what a store gave. Throws FAILED_PRECONDITION / TEMPLATE_NOT_TEXT where it is not UTF-8. */
export const textOf = (path: string, bytes: Uint8Array): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw precondition('TEMPLATE_NOT_TEXT', `${path} is not text in UTF-8`)
  }
}

/** Reads a text as far as a template may go. Throws TEMPLATE_TOO_LARGE, TEMPLATE_NOT_TEXT. */
export const readText = async (path: string, chunks: AsyncIterable<Uint8Array>): Promise<string> => {
  const read: Uint8Array[] = []
  let length = 0
  for await (const chunk of chunks) {
    length += chunk.length
    if (length > mostBytes) throw tooLarge(path)
    read.push(chunk)
  }
  return textOf(path, Buffer.concat(read))
}
