import { Cast, type Entity } from './cast.ts'
import { type Contrasts, contrastsOf, traitsOf } from './contrasts.ts'
import { TITLE } from './kinship.ts'
import type { Language, Noun } from './language.ts'
import type { Lore } from './lore.ts'
import type { Mention } from './mention.ts'
import { indexNames } from './name-index.ts'
import type { Scene } from './scene.ts'

const GENERIC_REACH = 8

/** Says whom a name or noun means, given who is on stage. */
export class Identifier {
  readonly cast: Cast
  /** Whom the latest sentence brought in: "she saw a frog". */
  introduced: Entity | undefined
  readonly #language: Language
  readonly #contrasts: Contrasts
  readonly #nameKey: (text: string) => string
  readonly #lore: Lore
  readonly #byKey = new Map<string, number>()

  constructor(language: Language, mentions: readonly Mention[], lore: Lore) {
    this.#language = language
    this.#lore = lore
    this.cast = new Cast(language)
    this.#contrasts = contrastsOf(mentions, language)
    this.#nameKey = indexNames(mentions)
  }

  readonly get = (id: number): Entity => this.cast.get(id)

  /** The entity a mention means. Things and pronouns mean none, unless `create` asks to take the thing for a being. */
  identify(mention: Mention, scene: Scene, create = false): Entity | undefined {
    if (mention.kind === 'pronoun' || mention.negated) return undefined
    if (mention.kind === 'name' || mention.name !== undefined) return this.#byName(mention)
    const traits = traitsOf(mention, this.#language, this.#contrasts)
    if (!mention.noun) {
      const nominal = mention.nominal ? this.#nominal(mention, traits, scene) : undefined
      return (
        nominal ??
        (create || this.#lore.lines.has(mention.head) || (mention.nominal && traits.has('rank'))
          ? this.#own(mention, mention.head, traits)
          : undefined)
      )
    }
    if (mention.noun.plural || mention.plural)
      return this.#own({ ...mention, plural: true }, `${mention.noun.lemma}+`, traits)
    const alias = mention.definiteness === 'indefinite' ? undefined : this.#alias(mention)
    if (alias) return alias
    if (mention.noun.generic && mention.definiteness !== 'indefinite' && !mention.restricted) {
      const meant = this.#generic(mention, traits, scene)
      if (meant) return meant
    }
    return (
      this.#ranked(mention, traits, scene) ??
      this.#nominalBefore(mention, scene) ??
      this.#own(mention, mention.noun.lemma, traits)
    )
  }

  /** Does the text ever call somebody by this name? */
  named(text: string): Entity | undefined {
    const id = this.#byKey.get(`name:${this.#nameKey(text)}`)
    return id === undefined ? undefined : this.cast.get(id)
  }

  /** Somebody a first reading found to be the one this noun means: "his sister", "their father". */
  #alias(mention: Mention): Entity | undefined {
    const head = this.#lore.aliases.get(mention.noun?.lemma ?? '')
    if (head === undefined || mention.modifiers.some((word) => this.#language.trait(word)?.axis === 'rank'))
      return undefined
    const known = this.named(head) ?? this.cast.alive.find((entity) => entity.heads.has(head) && !entity.plural)
    if (known) return known
    const entity = this.cast.create(mention, head, new Map())
    for (const key of [`${head}|`, `name:${head}`]) this.#byKey.set(key, entity.id)
    return entity
  }

  #byName(mention: Mention): Entity {
    const key = this.#nameKey(mention.name ?? mention.text)
    const known = this.#byKey.get(`name:${key}`)
    if (known !== undefined) return this.cast.get(known)
    if (key === this.#lore.narrator) {
      const narrator = this.cast.get(0)
      narrator.names.set(mention.name ?? mention.text, 1)
      return narrator
    }
    const noun = this.#language.noun(key.split(' ').at(-1) ?? '')
    const being = noun && !noun.plural && key.includes(' ') ? this.#variants(noun.lemma) : []
    // "Mr. Wolf" is the wolf, when there is but one.
    if (being[0] && being.length === 1 && agrees(being[0], mention)) {
      this.#byKey.set(`name:${key}`, being[0].id)
      return being[0]
    }
    const entity = this.cast.create({ ...mention, kind: 'name' }, key, new Map())
    if (noun) entity.heads.add(noun.lemma)
    entity.gender ??= this.#lore.genders.get(key)
    entity.neuter ||= this.#lore.neuters.has(key)
    this.#byKey.set(`name:${key}`, entity.id)
    return entity
  }

  #own(mention: Mention, head: string, traits: Map<string, string>): Entity {
    const distinguished = [...traits]
      .map(([axis, value]) => `${axis}=${value}`)
      .sort()
      .join()
    const key = `${head}|${distinguished}`
    const known = this.#byKey.get(key)
    const all = new Map(
      mention.modifiers.flatMap((word) => this.#language.trait(word) ?? []).map(({ axis, value }) => [axis, value]),
    )
    const variants = this.#variants(head)
    const told = variants.find(
      (entity) => entity.traits.size > 0 && [...entity.traits].every(([axis, value]) => all.get(axis) === value),
    )
    if (told) return told
    // "a duck… an old duck": brought in once more, so another of its kind.
    if (
      known !== undefined &&
      !(mention.definiteness === 'indefinite' && this.cast.get(known).introduced && all.size > 0 && !mention.plural)
    )
      return this.cast.get(known)
    if (known !== undefined) return this.cast.create(mention, head, all)
    const [only] = variants
    // "the pig" is the one pig there is; "the first pig" is told apart from an unranked one only if that one is another.
    if (only && variants.length === 1 && (traits.size === 0 || (only.traits.size === 0 && !traits.has('rank'))))
      return only
    const entity = this.cast.create(mention, head, traits)
    entity.gender ??= this.#lore.genders.get(head)
    this.#byKey.set(key, entity.id)
    return entity
  }

  #variants(head: string): Entity[] {
    return this.cast.alive.filter((entity) => entity.heads.has(head) && !entity.plural)
  }

  /** "the pig" among several, "the eldest brother" for whoever was the first. */
  #ranked(mention: Mention, traits: Map<string, string>, scene: Scene): Entity | undefined {
    const head = mention.noun?.lemma ?? ''
    if (traits.size === 0) {
      const variants = this.#variants(head)
      if (variants.length < 2 || mention.definiteness === 'indefinite') return undefined
      const plain = variants.find((entity) => entity.traits.size === 0)
      return plain ?? scene.recent(this.get, 12).find((entity) => variants.includes(entity)) ?? variants[0]
    }
    const rank = traits.get('rank')
    if (rank === undefined) return undefined
    const same = this.cast.alive.filter((entity) => entity.traits.get('rank') === rank && !entity.plural)
    const sibling = mention.noun?.kind === 'kin'
    return (
      same.find((entity) => entity.heads.has(head)) ??
      same.find(
        (entity) => (sibling || entity.noun === undefined || entity.noun.kind === 'kin') && agrees(entity, mention),
      )
    )
  }

  /** "…the youngest was lovely… the princess": the noun comes after the adjective that stood for it. */
  #nominalBefore(mention: Mention, scene: Scene): Entity | undefined {
    const lemma = mention.noun?.lemma ?? ''
    if (
      mention.definiteness === 'indefinite' ||
      mention.modifiers.some((word) => this.#language.trait(word)?.axis === 'rank')
    )
      return undefined
    if (this.#variants(lemma).length > 0) return undefined
    if (!this.#language.youths.has(lemma)) return this.#nounlessBefore(mention, scene)
    const recent = scene.recent(this.get, 2)
    const nominal = recent.find(
      (entity) => entity.noun === undefined && entity.traits.has('rank') && agrees(entity, mention),
    )
    if (!nominal) return undefined
    nominal.noun = mention.noun
    nominal.gender ??= mention.gender
    return nominal
  }

  /** "an old woman… the witch": what she is comes after how she looks. */
  #nounlessBefore(mention: Mention, scene: Scene): Entity | undefined {
    if (mention.definiteness !== 'definite' || mention.noun?.kind !== 'person' || mention.oblique) return undefined
    const found = scene
      .recent(this.get, 2)
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
          [...entity.heads].every((head) => this.#language.noun(head)?.generic),
      )
    if (found) found.noun = mention.noun
    return found
  }

  #nominal(mention: Mention, traits: Map<string, string>, scene: Scene): Entity | undefined {
    const recent = scene.recent(this.get, 30)
    const rank = traits.get('rank')
    if (rank !== undefined) {
      const matches = (entity: Entity): boolean => entity.traits.get('rank') === rank && agrees(entity, mention)
      return recent.find(matches) ?? this.cast.alive.find(matches)
    }
    const trait = mention.modifiers.map((modifier) => this.#language.trait(modifier)).find(Boolean)
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
    return recent.find((entity) => agrees(entity, mention) && fitsAge(entity, trait.value, this.#language))
  }

  #generic(mention: Mention, traits: Map<string, string>, scene: Scene): Entity | undefined {
    const noun = mention.noun
    if (!noun) return undefined
    const old = mention.modifiers.some((modifier) => this.#language.trait(modifier)?.value === 'old')
    const recent = scene.recent(this.get, GENERIC_REACH)
    const own = this.#variants(noun.lemma).filter((entity) =>
      [...traits].every(([axis, value]) => (entity.traits.get(axis) ?? value) === value),
    )
    const same = recent.find((entity) => own.includes(entity)) ?? own[0]
    if (same) return same
    const fits = (entity: Entity): boolean =>
      !entity.plural &&
      agrees(entity, mention) &&
      (noun.kind === 'animal' ? entity.noun?.kind === 'animal' : entity.noun?.kind !== 'animal') &&
      (entity.named || (entity.noun !== undefined && (!entity.noun.generic || sameAge(entity.noun, noun)))) &&
      fitsAge(entity, old ? 'old' : (noun.age ?? 'grown'), this.#language)
    const aged =
      noun.age === 'old'
        ? recent.find((entity) => agrees(entity, mention) && !entity.plural && isOld(entity, this.#language))
        : undefined
    if (aged) return aged
    // "the little one" among siblings is the youngest.
    const little = this.#language.trait(noun.lemma)?.value === 'small'
    const youngest = little
      ? this.cast.alive.find((entity) => entity.traits.get('rank') === '3' && agrees(entity, mention))
      : undefined
    if (youngest) return youngest
    const everywhere = this.cast.alive.filter(
      (entity) => fits(entity) && entity.noun?.generic && entity.gender === mention.gender,
    )
    const unknown = recent.find((entity) => fits(entity) && !entity.named && entity.introduced && entity.noun?.generic)
    return unknown ?? recent.find(fits) ?? (everywhere.length === 1 ? everywhere[0] : undefined)
  }
}

const agrees = (entity: Entity, mention: Mention): boolean =>
  entity.gender === undefined || mention.gender === undefined || entity.gender === mention.gender

const sameAge = (a: Noun, b: Noun): boolean => (a.age === 'young') === (b.age === 'young') && a.kind === b.kind

const isOld = (entity: Entity, language: Language): boolean =>
  entity.noun?.age === 'old' || [...entity.modifiers.keys()].some((word) => language.trait(word)?.value === 'old')

const fitsAge = (entity: Entity, age: string, language: Language): boolean => {
  const elder = [...entity.heads].some((head) => language.elders.has(head))
  const old = isOld(entity, language)
  if (age === 'old') return elder || old || TITLE.test(entity.head)
  const youth = entity.noun?.age === 'young' || [...entity.heads].some((head) => language.youths.has(head))
  if (age === 'young') return !elder && !old && (entity.noun === undefined || youth)
  return entity.noun?.age !== 'young'
}
