import { type Entity, isSomebody } from './entity.ts'
import type { Identifier } from './identify.ts'
import type { Language } from './language.ts'
import type { Lore } from './lore.ts'
import type { Mention } from './mention.ts'
import type { Quote } from './quotes.ts'
import type { ReadSpan } from './reading.ts'
import type { Scene } from './scene.ts'

/** One quotation: who spoke, where, to whom. */
export interface Turn {
  speaker: Entity
  paragraph: number
  addressee: Entity | undefined
}

const MEMORY = 100

/** Who spoke to whom, and who is likely to go on when no tag says so. */
export class Turns {
  readonly #language: Language
  readonly #identifier: Identifier
  readonly #scene: Scene
  readonly #narrator: Entity
  readonly #lore: Lore
  readonly #turns: Turn[] = []
  /** Has anything been told since the last quotation, its tag aside? */
  told = false

  constructor(language: Language, identifier: Identifier, scene: Scene, narrator: Entity, lore: Lore) {
    this.#language = language
    this.#identifier = identifier
    this.#scene = scene
    this.#narrator = narrator
    this.#lore = lore
  }

  /** The turn before, however long ago. */
  get latest(): Turn | undefined {
    return this.#turns.at(-1)
  }

  add(turn: Turn): void {
    this.#turns.push(turn)
    if (this.#turns.length > 2 * MEMORY) this.#turns.splice(0, MEMORY)
  }

  /** The subject left out: whoever acted last and is as many as the verb says. */
  implied(addressed: Entity[], plural: boolean): Entity | undefined {
    const turn = this.last()
    if (turn && !this.told) return undefined
    const { subject } = this.#scene
    const fits = (entity: Entity): boolean => !addressed.includes(entity) && isSomebody(entity)
    if (!subject || !fits(subject)) return undefined
    return subject.plural === plural
      ? subject
      : this.#scene.recent(this.#identifier.get, 4).find((entity) => fits(entity) && entity.plural === plural)
  }

  /** Whom the pronoun of a tag means. */
  pronoun(mention: Mention, plural: boolean, addressed: Entity[], before: Entity | undefined): Entity | undefined {
    const fits = (entity: Entity): boolean => {
      if (entity === this.#narrator || entity.plural !== plural || addressed.includes(entity) || !isSomebody(entity))
        return false
      if (mention.text === 'es') return entity.neuter
      return (
        plural ||
        mention.gender === undefined ||
        (entity.gender === undefined && !entity.neuter) ||
        entity.gender === mention.gender
      )
    }
    if (before && fits(before)) return before
    const recent = this.#scene.recent(this.#identifier.get, 8).filter(fits)
    const turn = this.last()
    const subject = this.#scene.subject
    const sure = recent.find((entity) => entity.gender !== undefined && entity.gender === mention.gender)
    if (!turn || this.told)
      return subject && recent.includes(subject) && (subject.gender || subject.named || !sure)
        ? subject
        : (sure ?? recent[0])
    const earlier = this.#turns.findLast(
      (one) => this.#identifier.get(one.speaker.id) !== this.#identifier.get(turn.speaker.id),
    )
    // With the subject left out, pronouns seldom reach back into another conversation.
    const reach = this.#language.dropsSubject ? 4 : 8
    const other = [
      turn.addressee,
      earlier && this.#scene.paragraph - earlier.paragraph < reach ? earlier.speaker : undefined,
    ].find((entity) => entity && fits(entity))
    return other ?? recent.find((entity) => entity !== turn.speaker) ?? recent[0]
  }

  /** The turn that directly precedes: in this paragraph or the one before. */
  last(): Turn | undefined {
    const turn = this.#turns.at(-1)
    return turn && this.#scene.paragraph - turn.paragraph <= 1 ? turn : undefined
  }

  /** Who speaks a quotation that nothing attributes. */
  whoseTurn(quote: Quote, addressed: Entity[]): Entity | undefined {
    const turn = this.last()
    const free = (entity: Entity | undefined): entity is Entity =>
      entity !== undefined &&
      !addressed.includes(entity) &&
      isSomebody(entity) &&
      !entity.plural &&
      entity !== turn?.speaker
    if (!turn) {
      const { introduced } = this.#identifier
      if (
        free(introduced) &&
        introduced.noun &&
        introduced.noun.age !== 'young' &&
        this.#speaks(introduced) &&
        !this.#honours(quote.span)
      )
        return introduced
      const subject = this.#scene.subject
      if (free(subject) && this.#speaks(subject)) return subject
      const present = this.#scene.recent(this.#identifier.get, 6).filter(free)
      return present.find((entity) => this.#speaks(entity)) ?? (free(subject) ? subject : present[0])
    }
    const earlier = this.#turns.findLast(
      (one) => quote.span.paragraph - one.paragraph < 10 && free(one.speaker),
    )?.speaker
    const present = this.#scene.recent(this.#identifier.get, 10).filter(free)
    const partner = [turn.addressee, earlier].find((entity) => free(entity) && this.#speaks(entity))
    return partner ?? present.find((entity) => this.#speaks(entity)) ?? earlier ?? present[0]
  }

  /** May this one speak? As far as a first reading tells: is given lines somewhere, or is a person of the narration. */
  #speaks(entity: Entity): boolean {
    if (this.#lore.told.size === 0) return true
    if ((this.#lore.lines.get(entity.head) ?? 0) > 0) return true
    const told = this.#lore.told.has(entity.head) || [...entity.heads].some((head) => this.#lore.told.has(head))
    return told && (entity.noun?.kind !== 'animal' || this.#lore.animalsSpeak)
  }

  /** "Please, sir": said to the one of rank, seldom by them. */
  #honours(span: ReadSpan): boolean {
    return span.sentences.some(({ tokens }) => tokens.some(({ lower }) => this.#language.honorifics.has(lower)))
  }
}
