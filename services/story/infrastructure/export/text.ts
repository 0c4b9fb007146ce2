const UNPRINTABLE = /[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}]/gu

const NAMED: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/**
 * The text as it may stand in XML 1.0: line ends become `\n`; control characters other than tab and line feed,
 * lone surrogates and noncharacters are dropped.
 */
export const cleanText = (text: string): string =>
  text.replace(/\r\n?|\u0085/g, '\n').replace(UNPRINTABLE, (character) => (/[\t\n]/.test(character) ? character : ''))

/** Clean text ready to stand between tags or in a quoted attribute. */
export const escapeXml = (text: string): string =>
  cleanText(text).replace(/[&<>"']/g, (character) => NAMED[character] ?? character)

/** Clean text on one line, with no white space at its ends. */
export const oneLine = (text: string): string => cleanText(text).replace(/\s+/g, ' ').trim()
