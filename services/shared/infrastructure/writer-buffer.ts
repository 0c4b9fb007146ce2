import { BinaryWriter } from '@bufbuild/protobuf/wire'

const firstBytes = 8 * 1024
const mostBytes = 256 * 1024
const noBytes = new Uint8Array(0)
const noView = new DataView(noBytes.buffer)

/** What a writer of protobuf-es 2 keeps its bytes in. */
interface Inside {
  buffer: Uint8Array
  viewCache: DataView
  ensureCapacity(size: number): void
}

let isShared = false

/**
 * Lets all writers of protobuf messages take turns with one buffer. By itself each one begins with 128 bytes and doubles
 * them as it goes; for a message of a kilobyte those buffers cost three times what writing it does. A writer that begins
 * while another is at it, or one never finished, has a buffer of its own. What `finish` returns is a copy, as ever.
 */
export const shareWriterBuffer = (): void => {
  if (isShared) return
  isShared = true
  let spare: Uint8Array | undefined
  const writer = BinaryWriter.prototype as unknown as Inside & { finish(): Uint8Array }
  const { ensureCapacity, finish } = writer
  function shareOnGrowing(this: Inside, size: number): void {
    if (this.buffer.length === 0) {
      this.buffer = spare ?? new Uint8Array(firstBytes)
      spare = undefined
    }
    ensureCapacity.call(this, size)
  }
  function finishAndReturn(this: Inside): Uint8Array {
    const bytes = finish.call(this)
    if (this.buffer.length >= firstBytes && this.buffer.length <= mostBytes) spare = this.buffer
    this.buffer = noBytes
    this.viewCache = noView
    return bytes
  }
  Object.assign(writer, { ensureCapacity: shareOnGrowing, finish: finishAndReturn })
}
