import { hash, randomFillSync } from 'node:crypto'

const pattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

export const isUuid = (text: string): boolean => pattern.test(text)

/** How many bytes a UUID is. */
export const uuidLength = 16

const digits = Buffer.from('0123456789abcdef')
const text = Buffer.from('00000000-0000-0000-0000-000000000000')
/** Where in a text each byte has its two digits. */
const places = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34]

/** The text of the UUID that 16 bytes are. */
export const uuidText = (bytes: Uint8Array): string => {
  for (let index = 0; index < uuidLength; index += 1) {
    const byte = bytes[index] as number
    const place = places[index] as number
    text[place] = digits[byte >> 4] as number
    text[place + 1] = digits[byte & 0x0f] as number
  }
  return text.toString('latin1')
}

/** The 16 bytes that a UUID is. */
export const uuidBytes = (text: string): Buffer => Buffer.from(text.replaceAll('-', ''), 'hex')

/** Makes a UUID v7 of bytes. */
const format = (bytes: Buffer): string => {
  bytes[6] = 0x70 | ((bytes[6] as number) & 0x0f)
  bytes[8] = 0x80 | ((bytes[8] as number) & 0x3f)
  return uuidText(bytes)
}

const stock = Buffer.alloc(uuidLength * 256)
const one = Buffer.alloc(uuidLength)
let used = stock.length

/** Random bytes, good until the next call, of which it fetches many at once: asking for each is most of what an id costs. */
const randomBytes = (): Buffer => {
  if (used === stock.length) {
    randomFillSync(stock)
    used = 0
  }
  stock.copy(one, 0, used, used + uuidLength)
  used += uuidLength
  return one
}

const sequences = 0x1000
let lastMillisecond = 0
let sequence = 0

/** A random UUID v7 (RFC 9562); those made one after another for the same millisecond ascend. */
export const uuidv7 = (milliseconds: number = Date.now()): string => {
  const bytes = randomBytes()
  if (milliseconds === lastMillisecond) sequence += 1
  else {
    lastMillisecond = milliseconds
    sequence = bytes.readUInt16BE(6) & 0x7ff
  }
  // More than the twelve bits of the counter hold borrow from the next millisecond.
  bytes.writeUIntBE(milliseconds + Math.floor(sequence / sequences), 0, 6)
  bytes.writeUInt16BE(sequence % sequences, 6)
  return format(bytes)
}

const timeOf = (key: string): Buffer =>
  pattern.test(key) && key[14] === '7' ? Buffer.from(key.slice(0, 8) + key.slice(9, 13), 'hex') : Buffer.alloc(6)

/**
 * The UUID v7 that follows from a key and a purpose. Its time is the key's when that is itself a v7, and 1970
 * otherwise: the same key must give the same id whenever it comes.
 */
export const derivedUuid = (key: string, purpose: string): string => {
  const bytes = hash('sha256', `${key}\0${purpose}`, 'buffer').subarray(0, uuidLength)
  timeOf(key).copy(bytes)
  return format(bytes)
}
