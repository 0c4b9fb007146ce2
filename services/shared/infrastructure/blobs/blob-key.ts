/** Safe on every file system and in every URL as they are; no part can lead out of a folder or be hidden. */
const part = '[A-Za-z0-9_-][A-Za-z0-9._-]*'
const key = new RegExp(`^[a-z0-9-]+(/${part})+$`)
const prefix = new RegExp(`^[a-z0-9-]+(/${part})*/$`)
const longestPart = 200
const longestKey = 900

const fits = (text: string): boolean =>
  text.length <= longestKey && text.split('/').every((each) => each.length <= longestPart)

/** Whether a text is a key: at least two parts of letters, digits, `.`, `_` and `-`, the first of which is a context. */
export const isBlobKey = (text: string): boolean => key.test(text) && fits(text)

/** Throws a TypeError for what is no key. */
export const assertBlobKey = (text: string): void => {
  if (!isBlobKey(text)) throw new TypeError(`"${text}" is no key of a blob`)
}

/** Throws a TypeError for what is no prefix: the beginning of keys up to, and with, a slash. */
export const assertBlobPrefix = (text: string): void => {
  if (!prefix.test(text) || !fits(text))
    throw new TypeError(`"${text}" is no prefix of blobs: it must end with a slash`)
}
