import type { Vocabulary } from '../language.ts'
import { type Definiteness, type Mention, mentionOf } from '../mention.ts'
import { type Gender, type Token, words } from '../tokens.ts'
import { AFTER, BEFORE, EPITHETS, NOMINAL } from './adjectives.ts'
import { nameAt, nameEnd, spanishGender } from './name-phrase.ts'
import { spanishNoun } from './nouns.ts'

const RESTRICTING = words('con en desde')

/** The phrase behind a determiner, up to a name or an owner that goes with its noun. */
export const nounPhrase = (
  tokens: Token[],
  from: number,
  [definiteness, gender, plural]: readonly [Definiteness, Gender | undefined, boolean],
  names: Vocabulary,
): Mention | undefined => {
  let i = from
  while (
    i < from + 4 &&
    ((BEFORE.has(tokens[i]?.lower ?? '') && !isRoom(tokens[i], tokens[i + 1])) ||
      qualifies(tokens[i], tokens[i + 1])) &&
    tokens[i + 1]?.word
  ) {
    const next = tokens[i + 1] as Token
    const being = spanishNoun(tokens[i]?.lower ?? '') !== undefined
    if (being ? spanishNoun(next.lower) === undefined : !headLike(next, names)) break
    i += 1
  }
  const head = tokens[i]
  // "el muy pícaro" is whoever was meant before.
  if (head && tokens[from]?.lower === 'muy') return mentionOf(from, i + 1, 'pronoun', head.lower, { gender })
  if (!head?.word) return undefined
  if (definiteness === 'definite' && !plural && i === from && EPITHETS.has(head.lower) && !tokens[i + 1]?.capital)
    return mentionOf(from, i + 1, 'pronoun', head.lower, { gender })
  const owned = head.lower === 'mujer' && (definiteness === 'possessive' || hasHusband(tokens, i + 1, names))
  const noun = isThing(head.lower, gender) ? undefined : spanishNoun(owned ? 'esposa' : head.lower)
  const ruled = noun && RULING.has(noun.lemma) ? animalsAt(tokens, i + 1) : undefined
  if (ruled)
    return mentionOf(from, i + 4, 'noun', textOf(tokens, from, i + 4), {
      head: ruled.lemma,
      noun: ruled,
      gender: ruled.gender ?? noun?.gender,
      plural: noun?.plural ?? false,
    })
  const nominal = NOMINAL.has(head.lower)
  if (!noun && !nominal && (head.pos === 'verb' || head.pos === 'preposition')) return undefined
  if (!noun && !nominal && head.capital && names.isName(head.lower)) {
    const name = nameAt(tokens, i, names)
    return name && { ...name, gender: name.gender ?? gender, plural }
  }
  let end = i + 1
  while (AFTER.has(tokens[end]?.lower ?? '')) end += 1
  const described = tokens.slice(i + 1, end)
  const owner = noun || nominal ? ownerAt(tokens, end) : undefined
  let name: string | undefined
  if (
    noun &&
    !plural &&
    tokens[end]?.capital &&
    !owner &&
    (names.isName(tokens[end]?.lower ?? '') || spanishNoun(tokens[end]?.lower ?? ''))
  ) {
    const from = end
    end = nameEnd(tokens, end, names)
    name = tokens
      .slice(from, end)
      .map((token) => token.text)
      .join(' ')
    if (HONOURING.has(head.lower)) name = `${head.lower} ${name}`
  } else if (noun && owner) end = owner
  const superlative = noun?.generic && definiteness === 'definite' && isSuperlative(tokens, end)
  const parts = tokens.slice(from, end).filter((token) => token.word)
  const own = spanishGender(head.lower)
  return mentionOf(from, end, 'noun', parts.map((part) => part.text).join(' '), {
    head: noun?.lemma ?? head.lower,
    noun,
    nominal: nominal && !noun,
    modifiers: [...tokens.slice(from, i), ...(nominal ? [head] : []), ...described].map((token) => token.lower),
    // "la fiera" may be a wolf or a bear.
    gender: noun?.gender ?? (noun?.generic && noun.kind === 'animal' ? undefined : (gender ?? own)),
    plural: noun?.plural ?? (plural || false),
    name,
    ...(superlative ? { definiteness: 'indefinite' } : {}),
    restricted:
      RESTRICTING.has(tokens[end]?.lower ?? '') || tokens.slice(from, i).some(({ lower }) => /^únic[oa]$/u.test(lower)),
    owner:
      owner === undefined
        ? undefined
        : tokens
            .slice(i + 1, owner)
            .map((token) => token.text)
            .join(' '),
  })
}

/** Duties and remedies in the feminine, people in the masculine: "la guardia", "el guardia". */
const FEMININE_THINGS = words('cura guardia escolta policía')

/** Limbs and cards, as well as animals and people: taken for things until the text has them act. */
const AMBIGUOUS = words('pata patas muñeca muñecas')

const isThing = (lower: string, gender: Gender | undefined): boolean =>
  AMBIGUOUS.has(lower) || (gender === 'f' && FEMININE_THINGS.has(lower))

const HONOURING = words('señor señora señorita')

const RULING = words('rey reina jefe jefa')

/** "la reina de las hormigas" is an ant. */
const animalsAt = (tokens: Token[], at: number) => {
  const [link, article, animals] = tokens.slice(at, at + 3)
  if (link?.lower !== 'de' || !/^l[oa]s$/u.test(article?.lower ?? '')) return undefined
  const noun = spanishNoun(animals?.lower ?? '')
  return noun?.kind === 'animal' && noun.plural ? { ...noun, plural: false } : undefined
}

const textOf = (tokens: Token[], from: number, end: number): string =>
  tokens
    .slice(from, end)
    .map(({ text }) => text)
    .join(' ')

/** "el hombre más raro que se había visto" comes in, for all his article. */
const isSuperlative = (tokens: Token[], at: number): boolean =>
  tokens[at]?.lower === 'más' && /^(?:que|del?)$/u.test(tokens[at + 2]?.lower ?? '')

/** "la mujer del pescador", "la mujer de Tomás" */
const hasHusband = (tokens: Token[], at: number, names: Vocabulary): boolean => {
  const [link, next, after] = tokens.slice(at, at + 3)
  if (link?.lower === 'del') return spanishNoun(next?.lower ?? '')?.kind === 'person'
  return link?.lower === 'de' && (names.isName(next?.lower ?? '') || (next?.lower === 'su' && after?.word === true))
}

/** "otro cuarto más grande" is a room, "el cuarto hermano" a fourth. */
const isRoom = (token: Token | undefined, next: Token | undefined): boolean =>
  token?.lower === 'cuarto' && spanishNoun(next?.lower ?? '') === undefined

const ADJECTIVAL = /(?:[osdctvln][oa]|ble|nte|or|ora|il|az|iz)$/u

/** "la orgullosa reina": no list has the adjective, but what follows is a being. */
const qualifies = (token: Token | undefined, next: Token | undefined): boolean => {
  if (!token?.word || token.capital || token.pos !== undefined || !ADJECTIVAL.test(token.lower)) return false
  const noun = spanishNoun(next?.lower ?? '')
  if (!noun || noun.plural || next?.capital || spanishNoun(token.lower)) return false
  return noun.gender === undefined || (spanishGender(token.lower) ?? noun.gender) === noun.gender
}

const headLike = (token: Token, names: Vocabulary): boolean =>
  spanishNoun(token.lower) !== undefined ||
  BEFORE.has(token.lower) ||
  (token.capital && names.isName(token.lower)) ||
  (token.pos === undefined && !NOT_HEAD.has(token.lower))

const NOT_HEAD = words(
  'que y o de del se le lo la los las les no con en a por para pero como cuando donde ya muy si me te nos al un una',
)

/** "de Toledo", "del molinero": the end of an owner or a title's land behind the noun. */
const ownerAt = (tokens: Token[], from: number): number | undefined => {
  const link = tokens[from]?.lower
  if (link !== 'de' && link !== 'del') return undefined
  const next = tokens[from + 1]
  if (next?.capital) {
    let end = from + 2
    while (tokens[end]?.capital) end += 1
    return end
  }
  if (link === 'del' && next && spanishNoun(next.lower)) return from + 2
  if ((next?.lower === 'la' || next?.lower === 'los') && spanishNoun(tokens[from + 2]?.lower ?? '')) return from + 3
  return undefined
}
