import type { CharacterRole, FoundCharacter } from '../../../domain/analysis.ts'
import type { Entity } from './entity.ts'
import type { Language } from './language.ts'
import type { ReadSpan } from './reading.ts'
import type { StoryReading } from './story-reading.ts'
import { words } from './tokens.ts'
import { traitsOfCharacter } from './traits.ts'

/** The entities that are characters, with the names under which the analysis lists them. */
export interface Listing {
  characters: FoundCharacter[]
  nameOf: (entity: Entity) => string | undefined
}

/** Feminine, but with "el" for the sake of sound. */
const STRESSED_A = words('hada águila ama alma arpa ave')

const ARTICLE: Readonly<Record<string, (entity: Entity, form: string) => string>> = {
  en: () => 'the',
  de: ({ gender, neuter, plural }) =>
    plural ? 'die' : neuter ? 'das' : gender === 'm' ? 'der' : gender === 'f' ? 'die' : 'das',
  es: ({ gender, plural }, form) =>
    gender === 'f' && !STRESSED_A.has(form.split(' ')[0] ?? '') ? (plural ? 'las' : 'la') : plural ? 'los' : 'el',
}

const best = (counts: ReadonlyMap<string, number>): string | undefined =>
  [...counts].sort((a, b) => b[1] - a[1])[0]?.[0]

/** Acts or speaks: spoke at least once, or is a named or known being that does something. */
const isCharacter = (entity: Entity, language: Language, animalsSpeak: boolean): boolean => {
  if (entity.lines > 0) return true
  if (entity.plural) return false
  if (entity.named) return entity.subjects >= 1 && entity.at.length >= 2
  if (entity.noun === undefined) return entity.traits.size > 0 && entity.subjects >= 2
  if (entity.noun.generic && entity.at.length + entity.subjects < 3) return false
  // Whom the text names twice and lets do one thing, without a word, mostly passes by.
  if (entity.noun.kind === 'animal' && language.dropsSubject && !animalsSpeak && entity.leads < 2) return false
  if (entity.at.length >= 2) return entity.subjects >= 2 || (entity.subjects >= 1 && entity.at.length >= 3)
  return !language.dropsSubject && entity.noun.kind === 'person' && entity.deeds >= 1 && entity.leads > 0
}

const weight = (entity: Entity): number => entity.at.length + 2 * entity.lines + entity.subjects

/** Lists the characters of a reading, the weightiest first, the narrator last. */
export const listCharacters = (
  content: string,
  spans: readonly ReadSpan[],
  reading: StoryReading,
  language: Language,
): Listing => {
  const first = introductions(content, spans)
  const { cast, narrator } = reading
  const animalsSpeak = cast.alive.some(({ noun, lines }) => noun?.kind === 'animal' && lines > 0)
  const entities = cast.alive
    .filter((entity) => entity !== narrator && isCharacter(entity, language, animalsSpeak))
    .sort((a, b) => weight(b) - weight(a))
  const teller = best(narrator.names)
  const names = new Map([[narrator, teller ?? language.narrator]])
  const taken = new Set([language.narrator, ...names.values()])
  for (const entity of entities) {
    const name = unlike(taken, displayNames(entity, language))
    names.set(entity, name)
    taken.add(name)
  }
  const [weightiest] = entities
  const top = weightiest ? weight(weightiest) : 0
  const listed = entities.map((entity): FoundCharacter => {
    const role: CharacterRole = weight(entity) >= 0.6 * top ? 'protagonist' : 'supporting'
    return describe(entity, names.get(entity) ?? '', role, language, first)
  })
  // A narrator with a name is one of the people in the story as well as the voice that tells it.
  if (teller !== undefined) listed.unshift(describe(narrator, teller, 'protagonist', language, first))
  return {
    characters: [
      ...listed,
      {
        name: language.narrator,
        aliases: [],
        role: 'narrator',
        description: '',
        traits: [],
        mentions: narrator.subjects,
      },
    ],
    nameOf: (entity) => names.get(entity),
  }
}

/** The first name nobody has yet; if all are taken the last, with a number. */
const unlike = (taken: ReadonlySet<string>, names: readonly string[]): string => {
  const free = names.find((name) => !taken.has(name))
  if (free !== undefined) return free
  const last = names.at(-1) ?? ''
  let n = 2
  while (taken.has(`${last} ${n}`)) n += 1
  return `${last} ${n}`
}

/** By what an entity may be listed, best first: its name, the usual form, other forms. */
const displayNames = (entity: Entity, language: Language): string[] => {
  const name = best(entity.names)
  const forms = [commonForm(entity, language) ?? capitalised(entity, language), ...entity.forms.keys()].map((form) =>
    withArticle(form, entity, language),
  )
  return name === undefined ? forms : [name, ...entity.names.keys(), ...forms]
}

const withArticle = (given: string, entity: Entity, language: Language): string => {
  // Behind "der, die, das" a German adjective ends in -e.
  const form = language.code === 'de' ? given.replace(/(?<=\p{Ll})(?:er|es|em|en)(?=\s)/gu, 'e') : given
  const article = ARTICLE[language.code]?.(entity, form)
  return article === undefined || entity.named || 2 * entity.bare > entity.at.length ? form : `${article} ${form}`
}

/** What the text calls them most; of forms used once, the plain noun, unless the adjective tells them apart. */
const commonForm = (entity: Entity, language: Language): string | undefined => {
  const form = language.dropsSubject ? telling(entity, language) : best(entity.forms)
  if (form === undefined || entity.noun?.generic || entity.traits.size > 0 || (entity.forms.get(form) ?? 0) > 1)
    return form
  return plain(form, entity)
}

/** Rather "the king" than "the father", and than "the man", unless the text prefers those by far. */
const telling = ({ forms }: Entity, language: Language): string | undefined => {
  const weigh = (form: string): number => {
    const words = form.toLowerCase().split(' ')
    const noun = words.map((word) => language.noun(word)).find(Boolean)
    const vague = noun === undefined || noun.generic || noun.kind === 'kin'
    const owned = words.some((word) => /^del?$/u.test(word))
    return (forms.get(form) ?? 0) * (vague ? 0.5 : 1) * (owned ? 0.75 : 1)
  }
  return [...forms.keys()].sort((a, b) => weigh(b) - weigh(a))[0]
}

const plain = (form: string, entity: Entity): string => {
  const kept = form.split(' ').filter((word) => !entity.modifiers.has(word.toLowerCase().replace(/,$/u, '')))
  return kept.length > 0 ? kept.join(' ') : form
}

const capitalised = ({ head, named }: Entity, language: Language): string =>
  named || language.code === 'de' ? head.replace(/(?<!\p{L})\p{L}/gu, (letter) => letter.toUpperCase()) : head

const LONGEST_INTRODUCTION = 240

/** The sentence at an offset, shortened: how the story brings somebody in. */
const introductions = (content: string, spans: readonly ReadSpan[]) => {
  const sentences = spans.flatMap((span) => span.sentences)
  return (offset: number | undefined): string => {
    let [low, high] = [0, sentences.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((sentences[middle]?.end ?? 0) > (offset ?? Number.POSITIVE_INFINITY)) high = middle
      else low = middle + 1
    }
    const sentence = sentences[low]
    if (!sentence) return ''
    const text = content.slice(sentence.start, sentence.end).replace(/\s+/gu, ' ')
    return text.length <= LONGEST_INTRODUCTION
      ? text
      : `${text.slice(0, LONGEST_INTRODUCTION).replace(/\s+\S*$/u, '')} …`
  }
}

const describe = (
  entity: Entity,
  name: string,
  role: CharacterRole,
  language: Language,
  introduction: (offset: number | undefined) => string,
): FoundCharacter => {
  const forms = [...entity.forms.keys()]
  const called = [...entity.names.keys(), ...forms, ...forms.map((form) => plain(form, entity)), ...entity.possessed]
  const seen = new Set([name.toLowerCase()])
  const aliases = called.filter((alias) => !seen.has(alias.toLowerCase()) && seen.add(alias.toLowerCase()))
  return {
    name,
    aliases,
    role,
    description: introduction(entity.at[0]),
    traits: traitsOfCharacter(entity, language),
    mentions: entity.at.length,
  }
}
