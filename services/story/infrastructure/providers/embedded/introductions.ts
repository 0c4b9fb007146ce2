import type { Entity } from './entity.ts'
import type { Identifier } from './identify.ts'
import type { Language } from './language.ts'
import type { Mention } from './mention.ts'
import type { ReadSpan } from './reading.ts'
import type { Scene } from './scene.ts'

/** What quotations say of names: "I am Mia", "This is Mia", "Mia!". */
export class Introductions {
  readonly #content: string
  readonly #language: Language
  readonly #identifier: Identifier
  readonly #scene: Scene
  readonly #narrator: Entity

  constructor(content: string, language: Language, identifier: Identifier, scene: Scene, narrator: Entity) {
    this.#content = content
    this.#language = language
    this.#identifier = identifier
    this.#scene = scene
    this.#narrator = narrator
  }

  /** Does the quotation say who speaks it? */
  namesSpeaker(span: ReadSpan): boolean {
    return this.#language.selfNaming?.test(this.#content.slice(span.start, span.end)) === true
  }

  /** "I am Mia", "Tom Becker, second floor": somebody without a name says it; "Theo!" somebody is called by it. */
  introduce(span: ReadSpan, speaker: Entity, addressed: Entity[]): void {
    const own = this.ownName(span)
    if (own && own !== speaker && !speaker.named && own.at.length === 0 && own.lines === 0 && speaker.noun?.generic)
      this.#identifier.cast.merge(speaker, own)
    const subject = this.#scene.subject
    const [called] = addressed
    if (
      !called?.named ||
      called.at.length + called.lines > 0 ||
      !subject ||
      subject === speaker ||
      subject.named ||
      !subject.noun?.generic
    )
      return
    if (subject.plural || (subject.gender && called.gender && subject.gender !== called.gender)) return
    this.#identifier.cast.merge(subject, called)
  }

  /** "This is Mia": whoever stands there without a name. */
  present(span: ReadSpan, speaker: Entity): void {
    const named = this.#nameAfter(this.#language.presenting, span)
    if (!named || named === speaker || named.at.length + named.lines > 0) return
    const unnamed = this.#scene
      .recent(this.#identifier.get, 6)
      .find((entity) => entity !== speaker && entity.introduced && entity.noun?.generic === true && !entity.named)
    this.becomes(unnamed, named)
  }

  /** Somebody so far unnamed turns out to have this name. */
  becomes(unnamed: Entity | undefined, named: Entity): void {
    if (!unnamed || unnamed === named || unnamed.named || unnamed.plural || unnamed === this.#narrator || !unnamed.noun)
      return
    if (named.at.length > 0 || (unnamed.gender && named.gender && unnamed.gender !== named.gender)) return
    if (unnamed.noun.generic || unnamed.noun.kind === 'kin') this.#identifier.cast.merge(unnamed, named)
  }

  /** The name a speaker gives as theirs. */
  ownName(span: ReadSpan): Entity | undefined {
    if (this.namesSpeaker(span)) return this.#nameAfter(this.#language.selfNaming, span)
    const [first] = span.sentences[0]?.mentions ?? []
    const opening =
      first?.kind === 'name' &&
      first.text.includes(' ') &&
      span.sentences[0]?.tokens.findIndex((token) => token.word) === first.start
    return opening ? this.#identifier.identify(first, this.#scene) : undefined
  }

  #nameAfter(pattern: RegExp | undefined, span: ReadSpan): Entity | undefined {
    const name = pattern?.exec(this.#content.slice(span.start, span.end))?.groups?.name?.toLowerCase()
    if (name === undefined) return undefined
    const given = span.sentences
      .flatMap(({ mentions }) => mentions)
      .find(
        ({ kind, text, name: trailing }) =>
          (kind === 'name' || trailing !== undefined) && text.toLowerCase().startsWith(name),
      )
    const entity = given && this.#identifier.identify(given, this.#scene)
    if (given && entity) {
      if (entity.named && entity.names.size === 0) entity.names.set(given.name ?? given.text, 1)
      this.#takeTrade(span, given, entity)
    }
    return entity
  }

  /** "I am Mia Lang, inspector of mines": what they are, told along with their name. */
  #takeTrade(span: ReadSpan, { end }: Mention, entity: Entity): void {
    const tokens = span.sentences.find(({ mentions }) => mentions.some((one) => one.end === end))?.tokens ?? []
    const noun = tokens[end]?.text === ',' ? this.#language.noun(tokens[end + 1]?.lower ?? '') : undefined
    if (noun?.kind === 'person' && !noun.generic && !noun.plural) entity.heads.add(noun.lemma)
  }
}
