import { invalid } from '#shared/domain/errors.ts'
import { plainText } from '#shared/domain/plain-text.ts'

/** A title without white space at its ends, 3–500 characters. Throws INVALID_TITLE. */
export const storyTitle = (text: string): string => {
  const title = plainText('title', text).trim()
  const length = [...title].length
  if (length < 3 || length > 500) throw invalid('title', 'INVALID_TITLE', 'must have 3–500 characters')
  return title
}

/** Whether there is anything to read in it. */
export const hasText = (content: string): boolean => /\S/.test(content)

/** The language of a tag without its region and script: `de-AT` → `de`. */
export const baseLanguage = (tag: string): string => tag.split('-', 1)[0] as string
