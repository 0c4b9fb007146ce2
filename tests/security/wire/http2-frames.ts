/** Frames of HTTP/2 (RFC 9113), written by hand: node's own client sends none that are wrong. */
const types = { data: 0, headers: 1, rst: 3, settings: 4, ping: 6, windowUpdate: 8, continuation: 9 } as const

export const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
export const endHeaders = 0x4

export const frame = (
  type: keyof typeof types,
  stream: number,
  payload: Uint8Array = new Uint8Array(),
  flags = 0,
): Buffer => {
  const head = Buffer.alloc(9)
  head.writeUIntBE(payload.length, 0, 3)
  head.writeUInt8(types[type], 3)
  head.writeUInt8(flags, 4)
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, payload])
}

/** A header field in HPACK, without index and without compression; shorter than 127 bytes each. */
export const field = (name: string, value: string): Buffer =>
  Buffer.concat([
    Buffer.from([0x00, name.length]),
    Buffer.from(name, 'latin1'),
    Buffer.from([value.length]),
    Buffer.from(value, 'latin1'),
  ])

/** The fields that every request begins with. */
export const requestFields = (path: string, method = 'POST'): Buffer =>
  Buffer.concat([
    field(':method', method),
    field(':scheme', 'http'),
    field(':authority', 'x'),
    field(':path', path),
    field('content-type', 'application/json'),
  ])

export const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
