import { actionOf, leadingSubject } from './acting.ts'
import type { Entity } from './entity.ts'
import { explains, apposed as isApposed, isPredicate, isShape } from './equations.ts'
import { Families, type Met } from './families.ts'
import type { Identifier } from './identify.ts'
import type { Language } from './language.ts'
import type { Mention } from './mention.ts'
import type { ReadSentence } from './reading.ts'
import type { Scene } from './scene.ts'
import type { Gender } from './tokens.ts'
import { predicates } from './traits.ts'

const SIE = 'sie'

/** Reads narration in order: who is mentioned, who acts, who turns out to be whom. */
export class Narration {
  readonly #language: Language
  readonly #identifier: Identifier
  readonly #scene: Scene
  readonly #narrator: Entity
  readonly votes = new Map<string, { m: number; f: number; n: number }>()
  readonly families: Families

  constructor(language: Language, identifier: Identifier, scene: Scene, narrator: Entity) {
    this.#language = language
    this.#identifier = identifier
    this.#scene = scene
    this.#narrator = narrator
    this.families = new Families(language, narrator)
  }

  observe(sentence: ReadSentence): void {
    const leading = leadingSubject(sentence, this.#language)
    let subject: Entity | undefined
    let previous: Met | undefined
    const met: Met[] = []
    for (const mention of sentence.mentions) {
      const entity = this.#meet(sentence, mention, previous)
      if (!entity) continue
      met.push({ mention, entity })
      previous = { mention, entity }
      if (mention === leading) {
        subject = entity
        entity.leads += 1
      }
      if (!mention.oblique)
        for (const word of predicates(sentence, mention.end, this.#language))
          this.#identifier.cast.describe(entity, word)
    }
    this.#link(sentence, met)
    this.families.observe(sentence, met)
    this.#profession(sentence)
    this.#identifier.introduced = met.findLast(
      ({ mention, entity }) => mention.definiteness === 'indefinite' && entity.at.length === 1 && !entity.plural,
    )?.entity
    if (subject) this.#scene.subject = this.#identifier.get(subject.id)
  }

  #meet(sentence: ReadSentence, mention: Mention, previous: Met | undefined): Entity | undefined {
    if (mention.compared) return undefined
    if (mention.kind === 'pronoun') {
      if (mention.person === 1 && !mention.plural && !mention.oblique) this.#narrator.subjects += 1
      const entity =
        mention.person === 1 ? (mention.plural ? undefined : this.#narrator) : this.pronoun(sentence, mention)
      if (entity && entity !== this.#narrator && !mention.oblique) entity.subjects += 1
      if (entity) this.#scene.appear(entity, !mention.oblique)
      return entity
    }
    const predicate =
      previous !== undefined &&
      mention.noun !== undefined &&
      !mention.plural &&
      previous.entity !== this.#narrator &&
      (isPredicate(sentence, previous.mention, mention, this.#language) ||
        isShape(sentence, previous.mention, mention, this.#language) ||
        explains(sentence, previous.mention, mention))
    const entity =
      previous && predicate
        ? this.#identifier.cast.get(previous.entity.id)
        : this.#identifier.identify(mention, this.#scene)
    if (!entity) return undefined
    const action = actionOf(sentence, mention, this.#language)
    const first = sentence.tokens[mention.start]
    // "Era el panadero": said of somebody who comes in, "murió el molinero" of one who goes.
    const presented =
      mention.definiteness !== 'indefinite' &&
      first !== undefined &&
      action !== undefined &&
      action.start < first.start &&
      this.#language.copulas.has(action.lower)
    if (action && (presented || !this.#language.stative.has(action.lower))) entity.deeds += 1
    this.#identifier.cast.note(
      entity,
      // What somebody already met turns out to be does not bring them in.
      predicate ? { ...mention, definiteness: 'definite' } : mention,
      sentence.tokens[mention.start]?.start ?? sentence.start,
      action !== undefined,
    )
    this.#scene.appear(entity, action !== undefined)
    return entity
  }

  /** Whom a third person pronoun of narration means; remembers what that says of a gender not yet known. */
  pronoun(sentence: ReadSentence, mention: Mention): Entity | undefined {
    const plural = mention.plural || (mention.text === SIE && this.#goesWithPlural(sentence, mention))
    const neuter = mention.text === 'es'
    if (mention.text === 'it') return undefined
    const fits = (entity: Entity): boolean => {
      if (entity === this.#narrator || entity.plural !== plural) return false
      if (entity.noun === undefined && !entity.named) return false
      if (neuter) return entity.neuter || (entity.gender === undefined && entity.named)
      return plural || (entity.gender === undefined && !entity.neuter) || entity.gender === mention.gender
    }
    const pointing = mention.text === 'der' || mention.text === 'die'
    const candidate = pointing
      ? this.#scene.latest(this.#identifier.get, fits)
      : this.#scene.recent(this.#identifier.get, 4).find(fits)
    if (candidate && candidate.gender === undefined && !plural) this.#vote(candidate, neuter ? 'n' : mention.gender)
    return candidate
  }

  #goesWithPlural(sentence: ReadSentence, mention: Mention): boolean {
    const after = sentence.tokens[mention.end]
    const before = sentence.tokens[mention.start - 1]
    const verb =
      before?.pos === 'verb'
        ? before
        : after?.pos === 'verb'
          ? after
          : sentence.tokens.slice(mention.end).find((token) => token.pos === 'verb')
    return verb !== undefined && /(?:en|ten|sind)$/u.test(verb.lower)
  }

  #vote(entity: Entity, gender: Gender | 'n' | undefined): void {
    if (gender === undefined) return
    const votes = this.votes.get(entity.head) ?? { m: 0, f: 0, n: 0 }
    votes[gender] += 1
    this.votes.set(entity.head, votes)
  }

  /** "a girl called Mia", "Mia, the miller's daughter,". */
  #link(sentence: ReadSentence, met: Met[]): void {
    for (const [i, a] of met.entries()) {
      const b = met[i + 1]
      if (!b) return
      const between = sentence.tokens.slice(a.mention.end, b.mention.start)
      const [only] = between
      const name = b.mention.kind === 'name'
      const near = sentence.tokens.slice(Math.max(0, a.mention.start - 3), b.mention.start)
      const named = name && near.some((token) => this.#language.naming.has(token.lower)) && a.mention.kind !== 'name'
      const thusNamed =
        a.mention.kind === 'name' &&
        b.mention.noun?.generic === true &&
        !b.mention.oblique &&
        between.length <= 6 &&
        between[0]?.text === ',' &&
        this.#language.relatives.has(between[1]?.lower ?? '') &&
        between.some(({ lower }) => this.#language.naming.has(lower))
      if (thusNamed && this.#agree(a.entity, b.entity)) this.#identifier.cast.merge(b.entity, a.entity)
      const apposed = between.length === 1 && only?.text === ',' && isApposed(sentence, a.mention, b.mention)
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

  /** "Era inspectora": what the one spoken of before is by trade. */
  #profession({ tokens }: ReadSentence): void {
    const [first, second] = tokens.filter(({ word }) => word)
    const noun = this.#language.noun(second?.lower ?? '')
    const subject = this.#scene.subject && this.#identifier.get(this.#scene.subject.id)
    if (!this.#language.dropsSubject || !first?.initial || !this.#language.copulas.has(first.lower)) return
    if (!noun || noun.plural || noun.generic || noun.kind !== 'person' || !subject || subject.plural) return
    if (subject !== this.#narrator && subject.gender === noun.gender) subject.heads.add(noun.lemma)
  }

  #agree(a: Entity, b: Entity): boolean {
    return a.gender === undefined || b.gender === undefined || a.gender === b.gender
  }
}
