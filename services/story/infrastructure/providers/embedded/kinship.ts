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
  const one = (head: string): Entity | undefined => cast.alive.find((entity) => entity.heads.has(head) && !entity.plural)
  const loose = (head: string): boolean => {
    const entity = one(head)
    return entity !== undefined && !entity.named && !entity.introduced
  }
  const link = (head: string, target: Entity | undefined): void => {
    if (target && head !== target.head && loose(head) && one(head) !== target) aliases.set(head, target.head)
  }
  for (const [sibling, gender] of language.siblings) {
    const named = new Set(narration.pairs.flatMap(([a, b]) => [cast.get(a.id), cast.get(b.id)]).filter((entity) => entity.gender === gender))
    if (named.size === 1) link(sibling, [...named][0])
  }
  const parents = [...new Set([...narration.parents].map(({ id }) => cast.get(id)))]
  for (const [role, gender] of [[kin.father, 'm'], [kin.mother, 'f']] as const) {
    const those = parents.filter((entity) => entity.gender === gender && !entity.heads.has(role) && entity.noun?.kind !== 'kin')
    if (those.length === 1) link(role, those[0])
  }
  link(kin.wife, one(kin.stepmother) ?? one(kin.mother))
  link(kin.husband, one(kin.father))
  if (one(kin.king)) {
    link(kin.daughter, one(kin.princess))
    link(kin.son, one(kin.prince))
    link(kin.wife, one(kin.queen))
  }
  return aliases
}
