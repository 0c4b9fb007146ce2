import type { Entity } from './entity.ts'
import type { Language } from './language.ts'
import type { Mention } from './mention.ts'
import type { ReadSentence } from './reading.ts'

const LITTLE_ONES = /(?:it[oa]s|chen|lein|chicks|cubs|piglets|ducklings|kittens|puppies|lambs|kids)$/u

/** Somebody a sentence mentions. */
export interface Met {
  mention: Mention
  entity: Entity
}

/** Who is told to belong together. */
export class Families {
  readonly #language: Language
  readonly #narrator: Entity
  /** Names in one breath: "Mia and Tom". */
  readonly pairs: [Entity, Entity][] = []
  /** Those told to have children. */
  readonly parents = new Set<Entity>()
  /** Those told to have a wife or a husband. */
  readonly spouses = new Set<Entity>()

  constructor(language: Language, narrator: Entity) {
    this.#language = language
    this.#narrator = narrator
  }

  observe(sentence: ReadSentence, met: readonly Met[]): void {
    this.#pair(sentence, met)
    this.#family(sentence, met)
    for (const { mention } of met) this.#marry(mention, met)
  }

  #pair({ tokens }: ReadSentence, met: readonly Met[]): void {
    for (const [i, a] of met.entries()) {
      const b = met[i + 1]
      const joined = b && b.mention.start === a.mention.end + 1 && tokens[a.mention.end]?.lower === this.#language.and
      if (joined && a.entity.named && b.entity.named) this.pairs.push([a.entity, b.entity])
    }
  }

  /** "a woodcutter lived with his wife and children" */
  #family({ tokens }: ReadSentence, met: readonly Met[]): void {
    const [first] = met
    if (!first || first.mention.kind === 'pronoun' || first.entity.plural) return
    // "un rey que no tenía hijos": without an article they are nobody yet, but make parents.
    const children = tokens.some(({ lower }, i) => {
      const bare = tokens[i - 1]?.pos === 'verb' || tokens[i - 1]?.lower.endsWith('er') === true
      const noun = this.#language.dropsSubject ? this.#language.noun(lower) : undefined
      return bare && noun?.plural && noun.kind === 'kin' && this.#language.offspring.has(noun.lemma)
    })
    const offspring =
      children ||
      met
        .slice(1)
        .some(
          ({ mention }) =>
            (mention.noun !== undefined &&
              this.#language.offspring.has(mention.noun.lemma) &&
              mention.definiteness !== 'definite') ||
            (mention.plural && (mention.noun?.lemma === this.#language.child || LITTLE_ONES.test(mention.text))),
        )
    if (!offspring || this.#language.youths.has(first.entity.head)) return
    this.parents.add(first.entity)
    const second = met[1]
    const coupled =
      this.#language.dropsSubject &&
      second?.mention.start === first.mention.end + 1 &&
      second.mention.kind !== 'pronoun' &&
      !second.entity.plural &&
      second.entity.gender !== first.entity.gender
    if (coupled) this.parents.add(second.entity)
  }

  /** "with his wife": he who stands before, or acts. */
  #marry({ noun, definiteness, start }: Mention, met: readonly Met[]): void {
    const { wife, husband } = this.#language.kin
    const gender = noun?.lemma === wife ? 'm' : noun?.lemma === husband ? 'f' : undefined
    if (definiteness !== 'possessive' || !gender) return
    const before = met.findLast(
      ({ mention, entity }) => mention.end <= start && entity.gender === gender && !entity.plural,
    )?.entity
    if (before && before !== this.#narrator) this.spouses.add(before)
  }
}
