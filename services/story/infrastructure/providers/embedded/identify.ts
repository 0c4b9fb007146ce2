import { agrees } from './ages.ts'
import { Cast } from './cast.ts'
import { type Contrasts, contrastsOf, traitsOf } from './contrasts.ts'
import type { Entity } from './entity.ts'
import { meantByGeneric } from './generic-nouns.ts'
import { meantByGroup } from './groups.ts'
import type { Language } from './language.ts'
import type { Lore } from './lore.ts'
import type { Mention } from './mention.ts'
import { indexNames } from './name-index.ts'
import { knownByAdjective, meantByAdjective, meantByRank } from './ranks.ts'
import type { Scene } from './scene.ts'
import type { Stage } from './stage.ts'
import { titlesOf } from './titles.ts'

/** In how many paragraphs before several have to be met. */
const RANKED = 30

/** Says whom a name or noun means, given who is on stage. */
export class Identifier {
  readonly cast: Cast
  /** Whom the latest sentence brought in: "she saw a frog". */
  introduced: Entity | undefined
  readonly #language: Language
  readonly #contrasts: Contrasts
  /** Tells which spellings of a name are one person. */
  readonly nameKey: (text: string) => string
  readonly #lore: Lore
  readonly #titles: ReadonlyMap<string, string>
  readonly #lemmas: ReadonlySet<string>
  readonly #byKey = new Map<string, number>()

  constructor(language: Language, mentions: readonly Mention[], lore: Lore) {
    this.#language = language
    this.#lore = lore
    this.cast = new Cast(language)
    this.#contrasts = contrastsOf(mentions, language)
    this.nameKey = indexNames(mentions, language.nicknames)
    this.#lemmas = new Set(
      mentions.flatMap(({ noun, plural, definiteness }) =>
        noun && !plural && definiteness === 'definite' ? [noun.lemma] : [],
      ),
    )
    this.#titles = titlesOf(mentions, this.nameKey)
  }

  readonly get = (id: number): Entity => this.cast.get(id)

  /** The entity a mention means. Things and pronouns mean none, unless `create` asks to take the thing for a being. */
  identify(mention: Mention, scene: Scene, create = false): Entity | undefined {
    if (mention.kind === 'pronoun' || mention.negated) return undefined
    if (mention.kind === 'name' || mention.name !== undefined) return this.#byName(mention)
    const traits = traitsOf(mention, this.#language, this.#contrasts)
    if (!mention.noun) {
      const nominal = mention.nominal ? meantByAdjective(mention, traits, this.#stage(scene)) : undefined
      return (
        nominal ??
        (create ||
        this.#lore.lines.has(mention.head) ||
        (mention.nominal && traits.has('rank') && this.#isRanked(mention, scene))
          ? this.#own(mention, mention.head, traits)
          : undefined)
      )
    }
    if (mention.noun.plural || mention.plural) {
      const head = `${mention.noun.lemma}+`
      const group = this.#byKey.has(`${head}|`) ? undefined : meantByGroup(mention, this.#stage(scene))
      if (group) this.#byKey.set(`${head}|`, group.id)
      return group ?? this.#own({ ...mention, plural: true }, head, traits)
    }
    const alias = mention.definiteness === 'indefinite' ? undefined : this.#alias(mention)
    if (alias) return alias
    if (mention.noun.generic && mention.definiteness !== 'indefinite' && !mention.restricted) {
      const meant = meantByGeneric(mention, traits, this.#stage(scene))
      if (meant) return meant
    }
    return (
      meantByRank(mention, traits, this.#stage(scene)) ??
      knownByAdjective(mention, this.#stage(scene)) ??
      this.#own(mention, mention.noun.lemma, traits)
    )
  }

  /** Does the text ever call somebody by this name? */
  named(text: string): Entity | undefined {
    const id = this.#byKey.get(`name:${this.nameKey(text)}`)
    return id === undefined ? undefined : this.cast.get(id)
  }

  #stage(scene: Scene): Stage {
    return {
      cast: this.cast,
      language: this.#language,
      scene,
      get: this.get,
      variants: (head) => this.#variants(head),
      lemmas: this.#lemmas,
      own: (mention, head) => this.#own(mention, head, new Map()),
    }
  }

  /** Somebody a first reading found to be the one this noun means: "his sister", "their father". */
  #alias(mention: Mention): Entity | undefined {
    const lemma = mention.noun?.lemma ?? ''
    const head = this.#lore.aliases.get(lemma) ?? this.#titles.get(lemma)
    if (head === undefined || mention.modifiers.some((word) => this.#language.trait(word)?.axis === 'rank'))
      return undefined
    const known = this.named(head) ?? this.cast.alive.find((entity) => entity.heads.has(head) && !entity.plural)
    if (known) return known
    const entity = this.cast.create(mention, head, new Map())
    for (const key of [`${head}|`, `name:${head}`]) this.#byKey.set(key, entity.id)
    return entity
  }

  #byName(mention: Mention): Entity {
    const key = this.nameKey(mention.name ?? mention.text)
    const known = this.#byKey.get(`name:${key}`)
    if (known !== undefined) return this.cast.get(known)
    if (key === this.#lore.narrator) {
      const narrator = this.cast.get(0)
      narrator.names.set(mention.name ?? mention.text, 1)
      return narrator
    }
    const head = this.#lore.bearers.get(key)
    const bearer = head === undefined ? undefined : this.#variants(head)[0]
    if (bearer) {
      this.#byKey.set(`name:${key}`, bearer.id)
      bearer.forms.set(mention.name ?? mention.text, 1)
      return bearer
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

  /** "the second" is somebody where there are several; a page or a night elsewhere. */
  #isRanked({ gender }: Mention, scene: Scene): boolean {
    if (!this.#language.dropsSubject) return true
    return (
      this.cast.alive.some(({ traits }) => traits.has('rank')) ||
      scene.recent(this.get, RANKED).some((entity) => entity.plural && entity.gender === gender)
    )
  }

  #variants(head: string): Entity[] {
    return this.cast.alive.filter((entity) => entity.heads.has(head) && !entity.plural)
  }
}
