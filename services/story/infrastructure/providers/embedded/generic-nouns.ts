import { agrees, fitsAge, isOld, sameAge } from './ages.ts'
import type { Entity } from './entity.ts'
import type { Mention } from './mention.ts'
import type { Stage } from './stage.ts'

const REACH = 8

/** Whom a word for all men or beasts means here: "the man", "the little one". */
export const meantByGeneric = (
  mention: Mention,
  traits: Map<string, string>,
  { cast, language, scene, get, variants, lemmas, own }: Stage,
): Entity | undefined => {
  const noun = mention.noun
  if (!noun) return undefined
  const old = mention.modifiers.some((modifier) => language.trait(modifier)?.value === 'old')
  const recent = scene.recent(get, REACH)
  const known = variants(noun.lemma).filter((entity) =>
    [...traits].every(([axis, value]) => (entity.traits.get(axis) ?? value) === value),
  )
  const same = recent.find((entity) => known.includes(entity)) ?? known[0]
  if (same) return same
  const fits = (entity: Entity): boolean =>
    !entity.plural &&
    agrees(entity, mention) &&
    (noun.kind === 'animal' ? entity.noun?.kind === 'animal' : entity.noun?.kind !== 'animal') &&
    (entity.named || (entity.noun !== undefined && (!entity.noun.generic || sameAge(entity.noun, noun)))) &&
    fitsAge(entity, old ? 'old' : (noun.age ?? 'grown'), language)
  const aged =
    noun.age === 'old'
      ? recent.find((entity) => agrees(entity, mention) && !entity.plural && isOld(entity, language))
      : undefined
  if (aged) return aged
  // "a poor woman… the old woman": how old she is comes after she has come in.
  const stranger =
    noun.age === 'old' && language.dropsSubject
      ? scene
          .recent(get, 2)
          .find(
            (entity) =>
              entity.noun?.generic === true &&
              entity.noun.kind === 'person' &&
              entity.noun.age === undefined &&
              entity.introduced &&
              !entity.named &&
              !entity.plural &&
              entity.gender === mention.gender,
          )
      : undefined
  if (stranger) return stranger
  // "the little one" among siblings is the youngest.
  const little = language.trait(noun.lemma)?.value === 'small'
  const youngest = little
    ? cast.alive.find((entity) => entity.traits.get('rank') === '3' && agrees(entity, mention))
    : undefined
  if (youngest) return youngest
  const everywhere = cast.alive.filter(
    (entity) => fits(entity) && entity.noun?.generic && entity.gender === mention.gender,
  )
  const justIn = scene.recent(get, 1).find((entity) => fits(entity) && !entity.named && entity.introduced)
  const unknown =
    justIn ?? recent.find((entity) => fits(entity) && !entity.named && entity.introduced && entity.noun?.generic)
  // So far only spoken of: "take this to your grandmother".
  const grand = noun.gender === 'f' ? language.kin.grandmother : language.kin.grandfather
  const kin = language.noun(grand)
  const latest = recent.find((entity) => entity.gender === mention.gender && !entity.plural)
  const open = noun.age === 'old' && mention.definiteness === 'definite' && !unknown && !(latest && fits(latest))
  if (open && kin && lemmas.has(grand)) return own({ ...mention, noun: kin }, grand)
  // "the old man", brought in as known: nobody called old, so whoever is grown up.
  const grown =
    noun.age === 'old' && mention.definiteness === 'definite' && language.dropsSubject
      ? recent.find(
          (entity) =>
            agrees(entity, mention) &&
            entity.gender !== undefined &&
            !entity.plural &&
            entity.noun?.kind !== 'animal' &&
            entity !== cast.get(0) &&
            (entity.introduced || entity.subjects > 0) &&
            fitsAge(entity, 'grown', language) &&
            ![...entity.heads].some((head) => language.youths.has(head)),
        )
      : undefined
  // "a courier… the lad": of a trade that says no age.
  const hand =
    noun.age === 'young' && language.dropsSubject
      ? scene
          .recent(get, 2)
          .find(
            (entity) =>
              entity.introduced &&
              entity.noun?.kind === 'person' &&
              !entity.named &&
              !entity.plural &&
              entity.gender === mention.gender &&
              !fitsAge(entity, 'old', language),
          )
      : undefined
  // A child is rather a grandson than somebody of no age told.
  const youths = noun.lemma.startsWith(language.child.slice(0, -1))
    ? cast.alive.filter(
        (entity) => fits(entity) && entity.named && [...entity.heads].some((head) => language.youths.has(head)),
      )
    : []
  const child = recent.find((entity) => youths.includes(entity)) ?? (youths.length === 1 ? youths[0] : undefined)
  // Where every noun shows its gender, one of unknown gender comes second.
  const sure = language.dropsSubject ? recent.find((entity) => fits(entity) && entity.gender !== undefined) : undefined
  const beasts = noun.kind === 'animal' ? cast.alive.filter((entity) => fits(entity) && entity.lines > 0) : []
  if (language.dropsSubject && beasts.length === 1) return beasts[0]
  return (
    unknown ??
    child ??
    sure ??
    recent.find(fits) ??
    hand ??
    grown ??
    (everywhere.length === 1 ? everywhere[0] : undefined)
  )
}
