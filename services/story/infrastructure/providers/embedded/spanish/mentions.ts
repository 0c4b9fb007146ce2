import type { Vocabulary } from '../language.ts'
import type { Definiteness, Mention } from '../mention.ts'
import { type Gender, type Sentence, type Token, words } from '../tokens.ts'
import { spanishNoun } from './nouns.ts'

const DETERMINERS: Readonly<Record<string, readonly [Definiteness, Gender | undefined, boolean]>> = {
  el: ['definite', 'm', false],
  la: ['definite', 'f', false],
  los: ['definite', 'm', true],
  las: ['definite', 'f', true],
  al: ['definite', 'm', false],
  del: ['definite', 'm', false],
  un: ['indefinite', 'm', false],
  una: ['indefinite', 'f', false],
  unos: ['indefinite', 'm', true],
  unas: ['indefinite', 'f', true],
  su: ['possessive', undefined, false],
  sus: ['possessive', undefined, true],
  mi: ['possessive', undefined, false],
  mis: ['possessive', undefined, true],
  tu: ['possessive', undefined, false],
  tus: ['possessive', undefined, true],
  nuestro: ['possessive', 'm', false],
  nuestra: ['possessive', 'f', false],
  vuestro: ['possessive', 'm', false],
  este: ['definite', 'm', false],
  esta: ['definite', 'f', false],
  ese: ['definite', 'm', false],
  esa: ['definite', 'f', false],
  aquel: ['definite', 'm', false],
  aquella: ['definite', 'f', false],
  otro: ['indefinite', 'm', false],
  otra: ['indefinite', 'f', false],
  estos: ['definite', 'm', true],
  estas: ['definite', 'f', true],
  aquellos: ['definite', 'm', true],
  cierto: ['indefinite', 'm', false],
  cierta: ['indefinite', 'f', false],
  dos: ['indefinite', undefined, true],
  tres: ['indefinite', undefined, true],
  cuatro: ['indefinite', undefined, true],
  cinco: ['indefinite', undefined, true],
  seis: ['indefinite', undefined, true],
  siete: ['indefinite', undefined, true],
  diez: ['indefinite', undefined, true],
  doce: ['indefinite', undefined, true],
}
const PRONOUNS: Readonly<Record<string, { gender?: Gender; plural?: boolean; person?: 1 }>> = {
  él: { gender: 'm' },
  ella: { gender: 'f' },
  ellos: { gender: 'm', plural: true },
  ellas: { gender: 'f', plural: true },
  yo: { person: 1 },
  aquél: { gender: 'm' },
  aquélla: { gender: 'f' },
  éste: { gender: 'm' },
  ésta: { gender: 'f' },
  nosotros: { person: 1, plural: true },
  mí: { person: 1 },
}
const PREPOSITIONS = words(
  `a al de del con en para por hacia sobre sin ante contra desde hasta entre tras bajo según como junto que`,
)
const RESTRICTING = words('con en desde')
const COMPARING = words('como que cual')
const BEFORE =
  words(`viejo vieja pobre gran buen buena bueno mal mala malo pequeño pequeña primer primero primera segundo segunda tercer
tercero tercera cuarto cuarta último última otro otra mismo misma propio propia joven anciano anciana malvado malvada bella bello hermoso
hermosa querido querida dulce astuto astuta sabio sabia noble rico rica famoso famosa temible feroz enorme diminuto diminuta humilde
simpático simpática valiente único única mejor peor mayor menor tierno tierna antiguo antigua nuevo nueva honrado honrada
dos tres cuatro cinco seis siete muy más supuesto supuesta amable alegre triste pícaro pícara codicioso avaro tonto tonta`)
const NOMINAL =
  words(`mayor menor mediano mediana primero primera segundo segunda tercero tercera otro otra pequeño pequeña viejo vieja
joven anciano anciana grande último última benjamín primogénito ciego ciega`)
const AFTER =
  words(`mayor menor mediano mediana pequeño pequeña viejo vieja joven grande rojo roja negro negra blanco blanca gris pardo parda
feroz malvado malvada bueno buena malo mala pobre rico rica anciano anciana sabio sabia astuto astuta gordo gorda flaco flaca ciego
ciega verde azul dorado dorada primero segundo tercero solitario solitaria real perezoso perezosa trabajador trabajadora`)
const TITLES: Readonly<Record<string, Gender>> = {
  don: 'm',
  doña: 'f',
  señor: 'm',
  señora: 'f',
  señorita: 'f',
  rey: 'm',
  reina: 'f',
  príncipe: 'm',
  princesa: 'f',
  tío: 'm',
  tía: 'f',
  abuelo: 'm',
  abuela: 'f',
  doctor: 'm',
  doctora: 'f',
  san: 'm',
  santa: 'f',
  fray: 'm',
  sor: 'f',
  padre: 'm',
  madre: 'f',
  maestro: 'm',
  maestra: 'f',
  capitán: 'm',
  marqués: 'm',
  conde: 'm',
  hermano: 'm',
  hermana: 'f',
  profesor: 'm',
  profesora: 'f',
  compadre: 'm',
  comadre: 'f',
}
const LINK = words('de del con la el los las sin y')

const make = (start: number, end: number, kind: Mention['kind'], text: string, rest: Partial<Mention>): Mention => ({
  start,
  end,
  kind,
  text,
  head: text.toLowerCase(),
  noun: undefined,
  modifiers: [],
  nominal: false,
  gender: undefined,
  plural: false,
  person: 3,
  definiteness: 'bare',
  oblique: false,
  compared: false,
  ...rest,
})

/** Nouns, names and pronouns of a Spanish sentence; whoever stands behind a preposition is not the subject. */
export const spanishMentions = ({ tokens }: Sentence, names: Vocabulary): Mention[] => {
  const found: Mention[] = []
  for (let i = 0; i < tokens.length; ) {
    const token = tokens[i] as Token
    const before = tokens[i - 1]
    const contracted = token.lower === 'al' || token.lower === 'del'
    const prepositional =
      contracted || (before !== undefined && PREPOSITIONS.has(before.lower) && before.lower !== 'que')
    const link = /^s[oó]lo$/u.test(before?.lower ?? '') ? tokens[i - 2] : before
    const compared =
      link !== undefined && COMPARING.has(link.lower) && !(link.lower === 'que' && hasVerb(tokens, i)) && !token.initial
    const determiner = DETERMINERS[token.lower]
    const phrase = determiner ? nounPhrase(tokens, i + 1, determiner, names) : undefined
    if (phrase && determiner) {
      found.push({ ...phrase, start: i, definiteness: determiner[0], oblique: prepositional, compared })
      i = phrase.end
      continue
    }
    const pronoun = PRONOUNS[token.lower]
    if (pronoun) {
      found.push(
        make(i, i + 1, 'pronoun', token.lower, {
          gender: pronoun.gender,
          plural: pronoun.plural ?? false,
          person: pronoun.person ?? 3,
          oblique: prepositional,
        }),
      )
      i += 1
      continue
    }
    const name = nameAt(tokens, i, names) ?? calledAt(tokens, i)
    if (name) found.push({ ...name, oblique: prepositional, compared })
    i = name ? name.end : i + 1
  }
  return found
}

/** "Buenos días, abuelita.", "hija mía": a being that stands alone between marks is spoken to. */
const calledAt = (tokens: Token[], at: number): Mention | undefined => {
  const token = tokens[at] as Token
  const noun = spanishNoun(token.lower)
  const before = tokens[at - 1]
  const mine = /^m[ií]as?$|^míos?$/u.test(tokens[at + 1]?.lower ?? '')
  const after = tokens[at + (mine ? 2 : 1)]
  const qualified = before !== undefined && BEFORE.has(before.lower) && tokens[at - 2]?.word !== true
  if (!noun || after?.word || (before?.word && !qualified)) return undefined
  return make(at, at + (mine ? 2 : 1), 'noun', token.text, {
    head: noun.lemma,
    noun,
    gender: noun.gender,
    plural: noun.plural,
  })
}

const hasVerb = (tokens: Token[], i: number): boolean => tokens.slice(i, i + 6).some((token) => token.pos === 'verb')

const nounPhrase = (
  tokens: Token[],
  from: number,
  [definiteness, gender, plural]: readonly [Definiteness, Gender | undefined, boolean],
  names: Vocabulary,
): Mention | undefined => {
  let i = from
  while (i < from + 4 && BEFORE.has(tokens[i]?.lower ?? '') && tokens[i + 1]?.word) {
    const next = tokens[i + 1] as Token
    const being = spanishNoun(tokens[i]?.lower ?? '') !== undefined
    if (
      being
        ? spanishNoun(next.lower) === undefined && !(next.capital && names.isName(next.lower))
        : !headLike(next, names)
    )
      break
    i += 1
  }
  const head = tokens[i]
  // "el muy pícaro" is whoever was meant before.
  if (head && tokens[from]?.lower === 'muy') return make(from, i + 1, 'pronoun', head.lower, { gender })
  if (!head?.word) return undefined
  const owned = definiteness === 'possessive' && head.lower === 'mujer'
  const noun = spanishNoun(owned ? 'esposa' : head.lower)
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
  } else if (noun && owner) end = owner
  const parts = tokens.slice(from, end).filter((token) => token.word)
  const own = spanishGender(head.lower)
  return make(from, end, 'noun', parts.map((part) => part.text).join(' '), {
    head: noun?.lemma ?? head.lower,
    noun,
    nominal: nominal && !noun,
    modifiers: [...tokens.slice(from, i), ...(nominal ? [head] : []), ...described].map((token) => token.lower),
    gender: noun?.gender ?? gender ?? own,
    plural: noun?.plural ?? (plural || false),
    name,
    restricted: RESTRICTING.has(tokens[end]?.lower ?? ''),
    owner:
      owner === undefined
        ? undefined
        : tokens
            .slice(i + 1, owner)
            .map((token) => token.text)
            .join(' '),
  })
}

const spanishGender = (lower: string): Gender | undefined =>
  lower.endsWith('a') ? 'f' : lower.endsWith('o') ? 'm' : undefined

const headLike = (token: Token, names: Vocabulary): boolean =>
  spanishNoun(token.lower) !== undefined ||
  BEFORE.has(token.lower) ||
  (token.capital && names.isName(token.lower)) ||
  (token.pos === undefined && !NOT_HEAD.has(token.lower))
const NOT_HEAD = words(
  'que y o de del se le lo la los las les no con en a por para pero como cuando donde ya muy si me te nos al un una',
)

/** "de Carabás", "del molinero": the end of an owner or a title's land behind the noun. */
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

const nameEnd = (tokens: Token[], from: number, names: Vocabulary): number => {
  let end = from + 1
  while (end < tokens.length) {
    const token = tokens[end] as Token
    if (token.capital && token.word) end += 1
    else if (
      LINK.has(token.lower) &&
      token.lower !== 'y' &&
      tokens[end + 1]?.capital &&
      (names.isName(tokens[end + 1]?.lower ?? '') || !tokens[end + 1]?.initial)
    )
      end += 2
    else break
  }
  return end
}

const nameAt = (tokens: Token[], from: number, names: Vocabulary): Mention | undefined => {
  const first = tokens[from] as Token
  const lower = first.lower
  const title =
    lower in TITLES &&
    (tokens[from + 1]?.capital === true || (tokens[from + 1]?.text === '.' && tokens[from + 2]?.capital === true))
  const noun = spanishNoun(lower)
  if (!title && !(first.capital && first.word)) return undefined
  if (!title && !names.isName(lower) && !(noun && !noun.plural)) return undefined
  const end = title || names.isName(lower) || (noun && !first.initial) ? nameEnd(tokens, from, names) : from + 1
  const parts = tokens.slice(from, end)
  const text = parts
    .filter((part) => part.word)
    .map((part) => part.text)
    .join(' ')
  if (noun && end === from + 1) return make(from, end, 'noun', text, { head: noun.lemma, noun, gender: noun.gender })
  const gender = title ? TITLES[lower] : (noun?.gender ?? parts.find((part) => part.gender)?.gender)
  return make(from, end, 'name', text, { gender: gender ?? (noun ? undefined : spanishGender(lower)), noun })
}
