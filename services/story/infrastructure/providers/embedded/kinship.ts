import type { Entity } from './entity.ts'
import type { Families } from './families.ts'
import type { Identifier } from './identify.ts'
import type { Language } from './language.ts'
import type { Relatives } from './relatives.ts'
import { TITLE } from './titles.ts'
import type { Gender } from './tokens.ts'

/** What narration and talk give away of who belongs to whom. */
interface Told {
  families: Families
  relatives: Relatives
}

/**
 * Nouns of kinship that mean somebody known by another noun or a name: of two named in one breath the sister is the
 * woman, the father of the children is the one who has them, a king's daughter is the princess.
 */
export const aliasesOf = (
  { families, relatives }: Told,
  { cast }: Identifier,
  language: Language,
): Map<string, string> => {
  const aliases = new Map<string, string>()
  const { kin } = language
  // Whom talk alone mentions is no husband or wife of those in the story.
  const isTold = ({ at, lines }: Entity): boolean => !language.dropsSubject || at.length + lines > 0
  const one = (head: string): Entity | undefined =>
    cast.alive.find((entity) => entity.heads.has(head) && !entity.plural && isTold(entity))
  const loose = (head: string): boolean => {
    const entity = one(head)
    return entity !== undefined && !entity.named && !entity.introduced
  }
  const link = (head: string, target: Entity | undefined): void => {
    if (target && head !== target.head && loose(head) && one(head) !== target) aliases.set(head, target.head)
  }
  for (const [sibling, gender] of language.siblings) {
    const named = new Set(
      families.pairs.flatMap(([a, b]) => [cast.get(a.id), cast.get(b.id)]).filter((entity) => entity.gender === gender),
    )
    if (named.size === 1) link(sibling, [...named][0])
  }
  const parents = [...new Set([...families.parents].map(({ id }) => cast.get(id)))]
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
  const spouse = (gender: Gender): Entity | undefined => {
    const those = new Set([...families.spouses].map(({ id }) => cast.get(id)).filter((one) => one.gender === gender))
    return those.size === 1 ? [...those][0] : undefined
  }
  const known = Map.groupBy(
    cast.alive
      .filter(({ named, plural }) => named && !plural)
      .flatMap((one) => [...one.heads].map((head) => ({ head, one }))),
    ({ head }) => head,
  )
  for (const entity of cast.alive) {
    if (entity.named || entity.introduced || entity.plural || !entity.noun || entity.noun.generic) continue
    const [only, another] = known.get(entity.head) ?? []
    if (only && !another) aliases.set(entity.head, only.one.head)
  }
  const couple = coupleIn(cast.alive)
  link(kin.wife, one(kin.stepmother) ?? (one(kin.father) ? one(kin.mother) : (couple?.wife ?? spouse('f'))))
  link(kin.husband, one(kin.father) ?? couple?.husband ?? spouse('m'))
  if (language.dropsSubject && one(kin.queen)) link(kin.husband, one(kin.king))
  if (!mother) link(kin.stepmother, one(kin.queen))
  const rulers = cast.alive.filter(({ head, plural }) => language.rulers.has(head) && !plural)
  if (rulers.length === 1) link(kin.king, rulers[0])
  link(kin.prince, royal(one(kin.son), kin.king))
  link(kin.princess, royal(one(kin.daughter), kin.king))
  if (one(kin.king)) {
    link(kin.daughter, one(kin.princess))
    link(kin.son, one(kin.prince))
    link(kin.wife, one(kin.queen))
  }
  for (const role of relatives.roles) if (!aliases.has(role)) link(role, relatives.meant(role, cast))
  for (const [head, name] of titled(cast.alive)) aliases.set(head, name)
  return aliases
}

/** "the king's son": called somebody's child, that of this one. */
const royal = (child: Entity | undefined, owner: string): Entity | undefined =>
  child &&
  [...child.forms.keys()].some((form) =>
    form
      .toLowerCase()
      .split(/[^\p{L}]+/u)
      .includes(owner),
  )
    ? child
    : undefined

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

const NEAR = 3000

/** How far the nearest of some offsets in order is. */
const distanceTo = (offsets: readonly number[], from: number): number => {
  let [low, high] = [0, offsets.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((offsets[middle] ?? 0) < from) low = middle + 1
    else high = middle
  }
  const far = Number.POSITIVE_INFINITY
  return Math.min(Math.abs((offsets[low] ?? far) - from), Math.abs((offsets[low - 1] ?? far) - from))
}

/**
 * "Frau Kaminski" and "die Nachbarin": a trade or place brought in as known, near the only one with a title it fits.
 * Of several that fit the nearest is the one.
 */
const titled = (entities: readonly Entity[]): [string, string][] => {
  const named = entities.filter(
    (entity) =>
      entity.named && [entity.head, ...entity.names.keys(), ...entity.forms.keys()].some((one) => TITLE.test(one)),
  )
  const claims = entities.flatMap((entity) => {
    const role = entity.noun
    if (role?.kind !== 'person' || role.generic || entity.named || entity.introduced || entity.plural || !entity.gender)
      return []
    const [first = Number.POSITIVE_INFINITY] = entity.at
    const fitting = named.flatMap((one) => {
      const distance = distanceTo(one.at, first)
      return one.gender === entity.gender && distance < NEAR ? [{ role, one, distance }] : []
    })
    return fitting.length === 1 ? fitting : []
  })
  return claims
    .filter((claim) => claims.every(({ one, distance }) => one !== claim.one || distance >= claim.distance))
    .map(({ role, one }) => [role.lemma, one.head])
}
