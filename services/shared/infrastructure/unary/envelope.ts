export const envelopeHeaderBytes = 5

/** Puts the five bytes of an envelope before a message. */
export const envelope = (flags: number, data: Uint8Array): Buffer => {
  const bytes = Buffer.allocUnsafe(data.byteLength + envelopeHeaderBytes)
  bytes[0] = flags
  bytes.writeUInt32BE(data.byteLength, 1)
  bytes.set(data, envelopeHeaderBytes)
  return bytes
}
