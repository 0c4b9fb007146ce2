const stopWords = {
  en: 'the and of to was he she it that his her with for had you not but they said is at on him were there what',
  de: 'der die das und nicht ist ein eine er sie es zu den dem mit sich war auf auch ich aber da wie sagte im des',
  es: 'el la los las y que de no un una en se con por su lo era le para del pero al como más dijo había muy',
}

export type GuessedLanguage = keyof typeof stopWords

const languages = Object.keys(stopWords) as GuessedLanguage[]
const wordsOf = Object.fromEntries(
  Object.entries(stopWords).map(([language, words]) => [language, new Set(words.split(' '))]),
) as Record<GuessedLanguage, Set<string>>

const enough = 20_000

/** English, German or Spanish, by which of their commonest words are most frequent; undefined when none occurs. */
export const guessLanguage = (text: string): GuessedLanguage | undefined => {
  const words =
    text
      .slice(0, enough)
      .toLowerCase()
      .match(/\p{L}+/gu) ?? []
  const hits = languages.map((language) => words.filter((word) => wordsOf[language].has(word)).length)
  const most = Math.max(...hits)
  return most === 0 ? undefined : languages[hits.indexOf(most)]
}
