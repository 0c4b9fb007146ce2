import { fitsAge } from './ages.ts'
import type { Entity } from './entity.ts'
import type { Language } from './language.ts'
import type { Mention } from './mention.ts'
import type { ReadSpan } from './reading.ts'

const headOf = ({ noun, head }: Mention): string => noun?.lemma ?? head

/** Words by which a tag means somebody already there: "dijo la orgullosa", "rebuznó el pretendiente". */
export class Epithets {
  readonly #language: Language
  /** Where narration has a noun in the singular, by lemma: the first time and how often. */
  readonly #told = new Map<string, { first: Mention; times: number }>()

  constructor(spans: readonly ReadSpan[], language: Language) {
    this.#language = language
    for (const { kind, sentences } of spans)
      if (kind === 'paragraph')
        for (const { mentions } of sentences)
          for (const mention of mentions)
            if (mention.kind === 'noun' && !mention.plural) {
              const told = this.#told.get(headOf(mention))
              this.#told.set(headOf(mention), { first: told?.first ?? mention, times: (told?.times ?? 0) + 1 })
            }
  }

  /** May the noun of a tag be one? `told`: something has happened since the last quotation. */
  has(mention: Mention, told: boolean): boolean {
    if (!this.#language.dropsSubject || mention.kind !== 'noun' || mention.plural || mention.name !== undefined)
      return false
    if (mention.definiteness === 'indefinite' || mention.definiteness === 'bare' || mention.noun?.generic) return false
    if (mention.noun === undefined && mention.nominal) return mention.modifiers.every((word) => !this.#ranks(word))
    const { first, times } = this.#told.get(headOf(mention)) ?? { first: mention, times: 1 }
    if (first !== mention || (times > 1 && !mention.noun)) return false
    // After some narration a trade may well be that of somebody who has just come in.
    return !told || !mention.noun || (mention.noun.kind === 'kin' && mention.definiteness === 'possessive')
  }

  /** Can it be said of this one, who is called so from now on? */
  fits(mention: Mention, entity: Entity): boolean {
    if (entity.gender === undefined || entity.gender !== mention.gender) return false
    const lemma = headOf(mention)
    const [elder, youth] = [this.#language.elders.has(lemma), this.#language.youths.has(lemma)]
    if (elder && [...entity.heads].some((head) => this.#language.youths.has(head))) return false
    if (youth && fitsAge(entity, 'old', this.#language)) return false
    const once = (this.#told.get(lemma)?.times ?? 0) <= 1
    // Who has a trade has no second one that the text goes on with.
    return once || entity.noun === undefined || entity.noun.generic || entity.noun.kind !== 'person'
  }

  #ranks(word: string): boolean {
    const trait = this.#language.trait(word)
    return trait?.axis === 'rank' || trait?.value === 'other'
  }
}
