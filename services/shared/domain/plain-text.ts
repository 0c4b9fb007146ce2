import { invalid } from './errors.ts'

/** Text as it may be stored. Throws INVALID_TEXT for U+0000, which Postgres cannot hold. */
export const plainText = (field: string, text: string): string => {
  if (text.includes('\0')) throw invalid(field, 'INVALID_TEXT', 'must not contain the character U+0000')
  return text
}
