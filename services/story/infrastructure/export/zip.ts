import { crc32 } from 'node:zlib'
import { deflateSync } from 'fflate'

/** A file to put into an archive; `stored` leaves it uncompressed. */
export interface ZipFile {
  /** In ASCII. */
  path: string
  content: string
  stored?: boolean
}

const encoder = new TextEncoder()

const STORED = 0
const DEFLATED = 8
const NEEDS_VERSION = 20
const LOCAL_HEADER_SIZE = 30
const CENTRAL_HEADER_SIZE = 46
const END_SIZE = 22

/**
 * A ZIP archive, one piece a file and at last its directory; all files carry the given time, in UTC. Sizes stand in
 * front of each file and not behind it: readers that work from a stream refuse stored files with a data descriptor.
 */
export function* zip(files: Iterable<ZipFile>, modified: Date): Generator<Uint8Array> {
  const directory: Uint8Array[] = []
  let offset = 0
  for (const { path, content, stored = false } of files) {
    const name = encoder.encode(path)
    const plain = encoder.encode(content)
    const body = stored ? plain : deflateSync(plain)
    const facts = factsOf(plain, body, name, stored ? STORED : DEFLATED, modified)
    yield concat([header(0x04034b50, LOCAL_HEADER_SIZE, 4, facts), name, body])
    const entry = header(0x02014b50, CENTRAL_HEADER_SIZE, 6, facts)
    new DataView(entry.buffer).setUint16(4, NEEDS_VERSION, true)
    new DataView(entry.buffer).setUint32(42, offset, true)
    directory.push(entry, name)
    offset += LOCAL_HEADER_SIZE + name.length + body.length
  }
  const entries = concat(directory)
  const end = new DataView(new ArrayBuffer(END_SIZE))
  end.setUint32(0, 0x06054b50, true)
  end.setUint16(8, directory.length / 2, true)
  end.setUint16(10, directory.length / 2, true)
  end.setUint32(12, entries.length, true)
  end.setUint32(16, offset, true)
  yield concat([entries, new Uint8Array(end.buffer)])
}

/** The 26 bytes that local and central headers have in common. */
const factsOf = (plain: Uint8Array, body: Uint8Array, name: Uint8Array, method: number, modified: Date): Uint8Array => {
  const facts = new DataView(new ArrayBuffer(26))
  facts.setUint16(0, NEEDS_VERSION, true)
  facts.setUint16(4, method, true)
  facts.setUint32(6, dosTime(modified), true)
  facts.setUint32(10, crc32(plain), true)
  facts.setUint32(14, body.length, true)
  facts.setUint32(18, plain.length, true)
  facts.setUint16(22, name.length, true)
  return new Uint8Array(facts.buffer)
}

const header = (signature: number, size: number, factsAt: number, facts: Uint8Array): Uint8Array<ArrayBuffer> => {
  const bytes = new Uint8Array(size)
  new DataView(bytes.buffer).setUint32(0, signature, true)
  bytes.set(facts, factsAt)
  return bytes
}

// The format counts in steps of two seconds from 1980 to 2107.
const dosTime = (time: Date): number => {
  const year = Math.min(Math.max(time.getUTCFullYear() - 1980, 0), 127)
  const date = (year << 9) | ((time.getUTCMonth() + 1) << 5) | time.getUTCDate()
  return ((date << 16) | (time.getUTCHours() << 11) | (time.getUTCMinutes() << 5) | (time.getUTCSeconds() >> 1)) >>> 0
}

const concat = (pieces: Uint8Array[]): Uint8Array => {
  const whole = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}
