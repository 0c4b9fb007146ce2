import type { Blobs } from './blobs.ts'

/** All blobs to read, and those below `<context>/` to change. */
export const ownedBlobs = (blobs: Blobs, context: string): Blobs => {
  const assertOwn = (key: string): void => {
    if (!key.startsWith(`${context}/`)) throw new TypeError(`${key} is not ${context}'s to change`)
  }
  return {
    put: async (key, content, options) => {
      assertOwn(key)
      return blobs.put(key, content, options)
    },
    open: (key, range) => blobs.open(key, range),
    stat: (key) => blobs.stat(key),
    touch: async (key) => {
      assertOwn(key)
      return blobs.touch(key)
    },
    remove: async (keys) => {
      for (const key of keys) assertOwn(key)
      await blobs.remove(keys)
    },
    list: (prefix) => blobs.list(prefix),
  }
}
