const set = new Set(['Latn', 'Cyrl', 'Grek', 'Deva'])
const letter = /\p{L}/gu
const settable = /[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Devanagari}]/gu
const mostOthers = 0.05

/** Whether our PDF fonts have the script of a language, and all but a few letters of a text. */
export const isSettable = (language: string, text: string): boolean => {
  if (!set.has(new Intl.Locale(language).maximize().script ?? 'Latn')) return false
  const letters = text.match(letter)?.length ?? 0
  if (letters === 0) return true
  return 1 - (text.match(settable)?.length ?? 0) / letters <= mostOthers
}
