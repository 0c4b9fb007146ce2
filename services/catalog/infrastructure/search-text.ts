/** Text as words of it are compared: in lower case and without accents. */
export const foldedText = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .normalize('NFC')

const shortestPrefix = 3

/** Whether the last word of a search may be the beginning of one that is meant. */
const endsInPrefix = (folded: string): boolean => {
  const [, word = ''] = /(?:^|\s)([\p{L}\p{N}]+)$/u.exec(folded) ?? []
  return word.length >= shortestPrefix
}

/** The `tsquery` of a search as one types it into a search engine; `value` gives the placeholder of a parameter. */
export const searchQuery = (text: string, value: (one: unknown) => string): string => {
  const folded = foldedText(text)
  const query = `websearch_to_tsquery('simple', ${value(folded)}::text)`
  if (!endsInPrefix(folded)) return query
  return `(case when ${query}::text like '%''' then (${query}::text || ':*')::tsquery else ${query} end)`
}
