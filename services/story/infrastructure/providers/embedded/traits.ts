import type { Entity } from './entity.ts'
import type { Language } from './language.ts'
import type { ReadSentence } from './reading.ts'
import { words } from './tokens.ts'

/** Adjectives that say what somebody is like, by stem; endings of gender, number and case are cut before looking. */
const CHARACTER: Readonly<Record<string, ReadonlySet<string>>> = {
  en: words(`old young little small big tall huge tiny kind good wicked evil cruel brave bold clever wise cunning sly foolish silly stupid
lazy hungry greedy poor rich beautiful pretty handsome lovely ugly proud vain humble honest gentle strong weak sleepy noisy quiet shy
lonely sad happy cheerful merry angry grumpy jealous envious loyal faithful patient curious stubborn careful careless gracious polite rude
mean generous sick ill blind thin fat fierce wild tired frightened afraid innocent noble simple mighty dear sweet busy reliable nervous
calm serious stern strict bad gloomy timid fearless hardworking tender thoughtful restless upright`),
  de: words(`alt jung klein groß winzig riesig lieb gut böse bös grausam tapfer mutig klug weise schlau listig dumm töricht faul hungrig gierig
arm reich schön hübsch hässlich stolz eitel demütig ehrlich sanft stark schwach müde laut leise still schüchtern einsam traurig
fröhlich lustig zornig mürrisch neidisch eifersüchtig treu geduldig neugierig stur vorsichtig höflich frech geizig großzügig krank
blind dünn dick wild ängstlich unschuldig edel mächtig süß fleißig ruhig ernst streng fromm brav artig boshaft zart munter gütig
freundlich bescheiden furchtlos`),
  es: words(`viej joven pequeñ grande gran diminut buen malvad mal cruel valiente astut sabi list tont neci perezos hambrient avar codicios pobre
ric hermos bell guap fe orgullos vanidos humilde honrad honest amable dulce fuerte débil cansad ruidos callad tímid solitari triste
alegre feliz enfadad enojad celos envidios leal fiel paciente curios terc cuidados educad groser generos enferm cieg delgad gord feroz
salvaje asustad inocente noble poderos tiern trabajador seri sever trist simpátic pícar traviess anciano ancian gruñón prudente temible`),
}
const ENDING: Readonly<Record<string, RegExp>> = { en: /$^/u, de: /(?:e|en|em|er|es)$/u, es: /(?:o|a|os|as|es|s)$/u }
const MOST = 6

const known = (lower: string, code: string): string | undefined => {
  const list = CHARACTER[code]
  if (!list) return undefined
  const stem = lower.replace(ENDING[code] ?? /$^/u, '')
  if (!list.has(lower) && !list.has(stem)) return undefined
  return code === 'de' && list.has(stem) ? stem : lower
}

/** Notes what a sentence says somebody was like: "she was very brave". */
export const predicates = (sentence: ReadSentence, end: number, language: Language): string[] => {
  const [copula, ...rest] = sentence.tokens.slice(end, end + 7)
  if (!copula || !language.copulas.has(copula.lower)) return []
  const stop = rest.findIndex((token) => !token.word && token.text !== ',')
  return rest
    .slice(0, stop < 0 ? rest.length : stop)
    .filter((token) => known(token.lower, language.code) !== undefined)
    .map((token) => token.lower)
}

/** The most frequent adjectives of character said of an entity, as the story's language has them. */
export const traitsOfCharacter = (entity: Entity, language: Language): string[] => {
  const counts = new Map<string, number>()
  for (const [modifier, n] of entity.modifiers) {
    const trait = known(modifier, language.code)
    if (trait !== undefined) counts.set(trait, (counts.get(trait) ?? 0) + n)
  }
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .slice(0, MOST)
    .map(([trait]) => trait)
}
