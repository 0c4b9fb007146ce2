const segment = /^\w[\w.@-]{0,99}$/

/**
 * The parts of a template's path; undefined where no store can have it. Parts are letters, digits, `_`, `-`, `.` and `@`
 * and begin with no dot, so that none leads upwards, is hidden, or is read in another way by a file system or a URL.
 */
export const partsOf = (path: string): string[] | undefined => {
  const parts = path.split('/')
  return parts.length <= 10 && parts.every((part) => segment.test(part)) ? parts : undefined
}
