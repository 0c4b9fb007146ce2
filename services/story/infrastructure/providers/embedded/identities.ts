import type { Entity } from './entity.ts'
import { explainsKin, apposed as isApposed, isComplement, tradeOf } from './equations.ts'
import type { Met } from './families.ts'
import type { Identifier } from './identify.ts'
import type { Language } from './language.ts'
import type { Mention } from './mention.ts'
import type { ReadSentence } from './reading.ts'
import type { Scene } from './scene.ts'

/** Notes of those a sentence mentions who is whom by name, and who has which trade. */
export class Identities {
  readonly #language: Language
  readonly #identifier: Identifier
  readonly #scene: Scene
  readonly #narrator: Entity

  constructor(language: Language, identifier: Identifier, scene: Scene, narrator: Entity) {
    this.#language = language
    this.#identifier = identifier
    this.#scene = scene
    this.#narrator = narrator
  }

  /** "a girl called Mia", "Mia, the miller's daughter,". */
  link(sentence: ReadSentence, met: Met[]): void {
    for (const [i, a] of met.entries()) {
      const b = met[i + 1]
      if (!b) return
      const between = sentence.tokens.slice(a.mention.end, b.mention.start)
      const name = b.mention.kind === 'name'
      const near = sentence.tokens.slice(Math.max(0, a.mention.start - 3), b.mention.start)
      const named = name && near.some((token) => this.#language.naming.has(token.lower)) && a.mention.kind !== 'name'
      const thusNamed =
        a.mention.kind === 'name' &&
        (b.mention.noun?.generic === true || (this.#language.dropsSubject && b.mention.noun?.kind === 'kin')) &&
        !b.mention.oblique &&
        between.length <= 6 &&
        between[0]?.text === ',' &&
        this.#language.relatives.has(between[1]?.lower ?? '') &&
        between.some(({ lower }) => this.#language.naming.has(lower))
      if (thusNamed && this.#agree(a.entity, b.entity)) this.#identifier.cast.merge(b.entity, a.entity)
      const apposed =
        (between.length === 1 || (this.#language.dropsSubject && isComplement(between))) &&
        between.at(-1)?.text === ',' &&
        (isApposed(sentence, a.mention, b.mention) ||
          (this.#language.dropsSubject && explainsKin(sentence, a.mention, b.mention)))
      if (
        (named || apposed) &&
        a.entity !== this.#narrator &&
        !a.entity.plural &&
        !b.entity.plural &&
        this.#agree(a.entity, b.entity)
      )
        name ? this.#identifier.cast.merge(a.entity, b.entity) : this.#identifier.cast.merge(b.entity, a.entity)
    }
  }

  /** "A boy came. His name was Nico": the sentence has no other subject. */
  name({ tokens }: ReadSentence, [first]: readonly Met[]): void {
    const [se, verb, name] = tokens.filter(({ word }) => word)
    if (!this.#language.dropsSubject || se?.lower !== 'se' || !this.#language.naming.has(verb?.lower ?? '')) return
    if (first?.mention.kind !== 'name' || tokens[first.mention.start] !== name) return
    const subject = this.#scene.subject && this.#identifier.get(this.#scene.subject.id)
    if (!subject || subject.named || subject.plural || subject === this.#narrator || !subject.noun) return
    if (subject !== first.entity && this.#agree(subject, first.entity))
      this.#identifier.cast.merge(subject, first.entity)
  }

  /** "A lady came. She was the same fairy": who has just come in is one already known. */
  recognise({ tokens }: ReadSentence, [first]: readonly Met[]): void {
    const last = this.#identifier.introduced ?? this.#scene.subject
    const subject = last && this.#identifier.get(last.id)
    const verb = tokens.findIndex(({ word }) => word)
    if (!this.#language.dropsSubject || !this.#language.copulas.has(tokens[verb]?.lower ?? '')) return
    if (first?.mention.start !== verb + 1 || first.mention.kind === 'pronoun' || first.mention.oblique) return
    const known = this.#identifier.get(first.entity.id)
    if (!subject || subject === known || subject === this.#narrator || subject.plural || known.plural) return
    const same = first.mention.modifiers.some((word) => /^mism[oa]$/u.test(word))
    if (!subject.noun?.generic || subject.named || !subject.introduced || !this.#agree(subject, known)) return
    if (same || first.mention.definiteness === 'definite') this.#identifier.cast.merge(subject, known)
  }

  trades(sentence: ReadSentence, met: readonly Met[]): void {
    this.#profession(sentence)
    for (const { mention, entity } of met) this.#trade(sentence, mention, entity)
  }

  /** "Era inspectora": what the one spoken of before is by trade. */
  #profession({ tokens }: ReadSentence): void {
    const [first, second] = tokens.filter(({ word }) => word)
    const noun = this.#language.noun(second?.lower ?? '')
    const subject = this.#scene.subject && this.#identifier.get(this.#scene.subject.id)
    if (!this.#language.dropsSubject || !first?.initial || !this.#language.copulas.has(first.lower)) return
    if (!noun || noun.plural || noun.generic || noun.kind !== 'person' || !subject || subject.plural) return
    if (subject !== this.#narrator && subject.gender === noun.gender) subject.heads.add(noun.lemma)
  }

  /** "the father, who was a smith": known by it from now on. */
  #trade(sentence: ReadSentence, mention: Mention, met: Entity): void {
    const noun = tradeOf(sentence, mention, this.#language)
    const entity = this.#identifier.get(met.id)
    if (!noun || entity === this.#narrator || entity.plural) return
    if (entity.gender !== undefined && noun.gender !== undefined && entity.gender !== noun.gender) return
    entity.heads.add(noun.lemma)
    entity.gender ??= noun.gender
  }

  #agree(a: Entity, b: Entity): boolean {
    return a.gender === undefined || b.gender === undefined || a.gender === b.gender
  }
}
