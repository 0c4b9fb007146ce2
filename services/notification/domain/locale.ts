/** The language that every template has. */
export const lastResort = 'en'

/** Languages of the platform's own templates. */
export const shippedLocales = ['en', 'de', 'es', 'fr', 'hi', 'ar'] as const

/** The tags to look for, the closest first: `de-AT` → `de-AT`, `de`, `en`. */
export const fallbackChain = (tag: string): string[] => {
  const parts = tag.split('-')
  const chain = parts.map((_, index) => parts.slice(0, parts.length - index).join('-'))
  return chain.includes(lastResort) ? chain : [...chain, lastResort]
}

/** Of the tags there are, the first of the chain; undefined when there is none. Case does not count. */
export const closestOf = (tag: string, available: readonly string[]): string | undefined => {
  const known = new Map(available.map((each) => [each.toLowerCase(), each]))
  return fallbackChain(tag)
    .map((each) => known.get(each.toLowerCase()))
    .find((each) => each !== undefined)
}

const rightToLeft = new Set(['ar', 'fa', 'he', 'ur', 'ps', 'sd', 'ug', 'yi', 'dv'])

export const isRightToLeft = (tag: string): boolean => rightToLeft.has(tag.split('-')[0]?.toLowerCase() ?? '')
