import type { Entity } from './cast.ts'
import type { Identifier } from './identify.ts'
import type { Language } from './language.ts'
import type { Narration } from './narration.ts'

/**
 * Nouns of kinship that mean somebody known by another noun or a name: of two named in one breath the sister is the
 * woman, the father of the children is the one who has them, a king's daughter is the princess.
 */
export const aliasesOf = (narration: Narration, { cast }: Identifier, language: Language): Map<string, string> => {
  const aliases = new Map<string, string>()
  const { kin } = language
  const one = (head: string): Entity | undefined =>
    cast.alive.find((entity) => entity.heads.has(head) && !entity.plural)
  const loose = (head: string): boolean => {
    const entity = one(head)
    return entity !== undefined && !entity.named && !entity.introduced
  }
  const link = (head: string, target: Entity | undefined): void => {
    if (target && head !== target.head && loose(head) && one(head) !== target) aliases.set(head, target.head)
  }
  for (const [sibling, gender] of language.siblings) {
    const named = new Set(
      narration.pairs
        .flatMap(([a, b]) => [cast.get(a.id), cast.get(b.id)])
        .filter((entity) => entity.gender === gender),
    )
    if (named.size === 1) link(sibling, [...named][0])
  }
  const parents = [...new Set([...narration.parents].map(({ id }) => cast.get(id)))]
  for (const [role, gender] of [
    [kin.father, 'm'],
    [kin.mother, 'f'],
    [kin.stepmother, 'f'],
  ] as const) {
    const those = parents.filter(
      (entity) => entity.gender === gender && !entity.heads.has(role) && entity.noun?.kind !== 'kin',
    )
    if (those.length === 1) link(role, those[0])
  }
  const [mother, stepmother] = [one(kin.mother), one(kin.stepmother)]
  if (mother && stepmother && (mother.at[0] ?? 0) > (stepmother.at[0] ?? 0)) link(kin.mother, stepmother)
  const couple = coupleIn(cast.alive)
  link(kin.wife, one(kin.stepmother) ?? (one(kin.father) ? one(kin.mother) : couple?.wife))
  link(kin.husband, one(kin.father) ?? couple?.husband)
  if (one(kin.king)) {
    link(kin.daughter, one(kin.princess))
    link(kin.son, one(kin.prince))
    link(kin.wife, one(kin.queen))
  }
  for (const [head, name] of titled(cast.alive)) aliases.set(head, name)
  return aliases
}

/** Two who share a trade or title: alcalde and alcaldesa, Müller and Müllerin. None when there is more than one pair. */
const coupleIn = (entities: readonly Entity[]): { husband: Entity; wife: Entity } | undefined => {
  const people = entities.filter(({ noun, plural }) => noun?.kind === 'person' && !noun.generic && !plural)
  const couples = people.flatMap((husband) => {
    const stem = husband.head.replace(/[eo]$/u, '')
    const wife = people.find(
      ({ gender, head }) =>
        gender === 'f' && head.startsWith(stem) && /^(?:in|a|sa|esa|isa)$/u.test(head.slice(stem.length)),
    )
    return husband.gender === 'm' && wife ? [{ husband, wife }] : []
  })
  return couples.length === 1 ? couples[0] : undefined
}

/** A name with a title for grown-ups. */
export const TITLE = /^(?:mrs?|ms|miss|dr|herr|frau|fräulein|don|doña|señora?)\.? /iu
const NEAR = 3000

/** "Frau Kaminski" and "die Nachbarin": a trade or place brought in as known, near the only one with a title it fits. */
const titled = (entities: readonly Entity[]): [string, string][] => {
  const named = entities.filter((entity) => entity.named && TITLE.test(entity.head))
  return entities.flatMap((entity): [string, string][] => {
    const role = entity.noun
    if (role?.kind !== 'person' || role.generic || entity.named || entity.introduced || entity.plural || !entity.gender)
      return []
    const [first] = entity.at
    const fitting = named.filter(
      (one) => one.gender === entity.gender && one.at.some((at) => first !== undefined && Math.abs(at - first) < NEAR),
    )
    return fitting.length === 1 && fitting[0] ? [[role.lemma, fitting[0].head]] : []
  })
}
