import type { Entity } from './entity.ts'
import type { Language } from './language.ts'
import type { Mention } from './mention.ts'
import type { Noun } from './noun.ts'
import { TITLE } from './titles.ts'

/** Could they be one by gender? */
export const agrees = (entity: Entity, mention: Mention): boolean =>
  entity.gender === undefined || mention.gender === undefined || entity.gender === mention.gender

/** Two kinds of one age. */
export const sameAge = (a: Noun, b: Noun): boolean => (a.age === 'young') === (b.age === 'young') && a.kind === b.kind

/** Old by noun or by adjective. */
export const isOld = (entity: Entity, language: Language): boolean =>
  entity.noun?.age === 'old' || [...entity.modifiers.keys()].some((word) => language.trait(word)?.value === 'old')

/** May somebody be called young, old or `grown`? */
export const fitsAge = (entity: Entity, age: string, language: Language): boolean => {
  const elder = [...entity.heads].some((head) => language.elders.has(head))
  const old = isOld(entity, language)
  if (age === 'old') return elder || old || TITLE.test(entity.head)
  const youth = entity.noun?.age === 'young' || [...entity.heads].some((head) => language.youths.has(head))
  if (age === 'young') return !elder && !old && (entity.noun === undefined || youth)
  return entity.noun?.age !== 'young'
}
