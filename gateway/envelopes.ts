const headerBytes = 5

/**
 * Follows the length-prefixed messages of a streaming response without copying them. `atBoundary` tells whether
 * everything seen so far is whole messages, so that a final frame may follow.
 */
export class EnvelopeTracker {
  private header = 0
  private length = 0
  private left = 0

  get atBoundary(): boolean {
    return this.header === 0 && this.left === 0
  }

  see(chunk: Uint8Array): void {
    let at = 0
    while (at < chunk.length) {
      if (this.left > 0) {
        const taken = Math.min(this.left, chunk.length - at)
        this.left -= taken
        at += taken
        continue
      }
      // The first byte of the header is flags; the length is the four that follow.
      if (this.header > 0) this.length = this.length * 256 + chunk[at]!
      this.header += 1
      at += 1
      if (this.header < headerBytes) continue
      this.left = this.length
      this.header = 0
      this.length = 0
    }
  }
}
