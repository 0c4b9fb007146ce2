import { spawnSync } from 'node:child_process'
import { chmodSync, closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'

/** A file system of a few hundred MiB that can be filled up. */
export interface SmallDisk {
  folder: string
  /** Takes all the space that is left. */
  fill(): void
  /** Gives it back. */
  free(): void
  /** Ends it with all it holds. */
  unmount(): void
}

const mount = (folder: string, mebibytes: number): boolean =>
  process.platform === 'linux' &&
  spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m,mode=711`, 'none', folder]).status === 0

const writeUntilFull = (file: string): void => {
  const descriptor = openSync(file, 'w')
  try {
    for (let size = 1 << 20; size >= 4096; ) {
      try {
        if (writeSync(descriptor, Buffer.alloc(size, 1)) < size) size >>= 1
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
        size >>= 1
      }
    }
  } finally {
    closeSync(descriptor)
  }
}

/** Makes a folder that is a small disk of its own; undefined where this process may not mount one. */
export const smallDisk = (folder: string, mebibytes: number): SmallDisk | undefined => {
  mkdirSync(folder, { recursive: true, mode: 0o711 })
  chmodSync(folder, 0o711)
  if (!mount(folder, mebibytes)) return undefined
  const filler = join(folder, 'filler')
  return {
    folder,
    fill: () => writeUntilFull(filler),
    free: () => rmSync(filler, { force: true }),
    // Lazily: a server that is still ending may hold a file open.
    unmount: () => void spawnSync('umount', ['-l', folder]),
  }
}
