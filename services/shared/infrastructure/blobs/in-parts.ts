/** Content in parts of one size, the last of which may be shorter; one empty part of what is empty. */
export async function* inParts(content: AsyncIterable<Uint8Array>, partBytes: number): AsyncGenerator<Buffer> {
  let chunks: Uint8Array[] = []
  let length = 0
  let isAny = false
  for await (const chunk of content) {
    for (let at = 0; at < chunk.byteLength; ) {
      const piece = chunk.subarray(at, at + partBytes - length)
      chunks.push(piece)
      length += piece.byteLength
      at += piece.byteLength
      if (length < partBytes) continue
      yield Buffer.concat(chunks)
      isAny = true
      chunks = []
      length = 0
    }
  }
  if (length > 0 || !isAny) yield Buffer.concat(chunks)
}
