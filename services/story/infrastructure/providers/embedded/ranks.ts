import { agrees, fitsAge } from './ages.ts'
import type { Entity } from './entity.ts'
import type { Mention } from './mention.ts'
import type { Stage } from './stage.ts'

/** "the pig" among several, "the eldest brother" for whoever was the first. */
export const meantByRank = (
  mention: Mention,
  traits: Map<string, string>,
  { cast, scene, get, variants }: Stage,
): Entity | undefined => {
  const head = mention.noun?.lemma ?? ''
  if (traits.size === 0) {
    const those = variants(head)
    if (those.length < 2 || mention.definiteness === 'indefinite') return undefined
    const plain = those.find((entity) => entity.traits.size === 0)
    return plain ?? scene.recent(get, 12).find((entity) => those.includes(entity)) ?? those[0]
  }
  const rank = traits.get('rank')
  if (rank === undefined) return undefined
  const same = cast.alive.filter((entity) => entity.traits.get('rank') === rank && !entity.plural)
  const sibling = mention.noun?.kind === 'kin'
  return (
    same.find((entity) => entity.heads.has(head)) ??
    same.find(
      (entity) => (sibling || entity.noun === undefined || entity.noun.kind === 'kin') && agrees(entity, mention),
    )
  )
}

/** "…the youngest was lovely… the princess": the noun comes after the adjective that stood for it. */
export const knownByAdjective = (mention: Mention, stage: Stage): Entity | undefined => {
  const { language, scene, get, variants } = stage
  const lemma = mention.noun?.lemma ?? ''
  if (mention.definiteness === 'indefinite' || mention.modifiers.some((word) => language.trait(word)?.axis === 'rank'))
    return undefined
  if (variants(lemma).length > 0) return undefined
  if (!language.youths.has(lemma)) return nounlessBefore(mention, stage)
  const recent = scene.recent(get, 2)
  const nominal = recent.find(
    (entity) => entity.noun === undefined && entity.traits.has('rank') && agrees(entity, mention),
  )
  if (!nominal) return undefined
  nominal.noun = mention.noun
  nominal.heads.add(lemma)
  nominal.gender ??= mention.gender
  return nominal
}

/** "an old woman… the witch": what she is comes after how she looks. */
const nounlessBefore = (mention: Mention, { language, scene, get }: Stage): Entity | undefined => {
  if (mention.definiteness !== 'definite' || mention.noun?.kind !== 'person' || mention.oblique) return undefined
  const found = scene
    .recent(get, 2)
    .find(
      (entity) =>
        entity.noun?.generic === true &&
        entity.noun.kind === 'person' &&
        entity.noun.age !== 'young' &&
        entity.introduced &&
        !entity.named &&
        !entity.plural &&
        entity.gender !== undefined &&
        entity.gender === mention.gender &&
        [...entity.heads].every((head) => language.noun(head)?.generic),
    )
  if (!found) return undefined
  found.noun = mention.noun
  found.heads.add(mention.noun.lemma)
  return found
}

/** "the eldest", "the other": whom an adjective in a noun's place means. */
export const meantByAdjective = (
  mention: Mention,
  traits: Map<string, string>,
  { cast, language, scene, get }: Stage,
): Entity | undefined => {
  const recent = scene.recent(get, 30)
  const rank = traits.get('rank')
  if (rank !== undefined) {
    const matches = (entity: Entity): boolean => entity.traits.get('rank') === rank && agrees(entity, mention)
    const small = (entity: Entity): boolean => [...entity.heads].some((word) => language.trait(word)?.value === 'small')
    // The little one among siblings is the youngest.
    const youngest =
      rank === '3' && !cast.alive.some((entity) => entity.traits.get('rank') === '3')
        ? recent.find((entity) => small(entity) && agrees(entity, mention) && !entity.plural && entity.subjects > 0)
        : undefined
    return recent.find(matches) ?? cast.alive.find(matches) ?? youngest
  }
  const trait = mention.modifiers.map((modifier) => language.trait(modifier)).find(Boolean)
  if (!trait) return undefined
  if (trait.value === 'other')
    return mention.oblique
      ? undefined
      : recent.find(
          (entity) =>
            entity !== scene.subject &&
            agrees(entity, mention) &&
            !entity.plural &&
            entity.noun !== undefined &&
            entity.subjects + entity.lines > 0,
        )
  return recent.find((entity) => agrees(entity, mention) && fitsAge(entity, trait.value, language))
}
