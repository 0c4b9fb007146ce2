import { actionOf, leadingSubject } from './acting.ts'
import type { Entity } from './cast.ts'
import type { Identifier } from './identify.ts'
import type { Language } from './language.ts'
import type { Mention } from './mention.ts'
import type { ReadSentence } from './reading.ts'
import type { Scene } from './scene.ts'
import type { Gender } from './tokens.ts'
import { predicates } from './traits.ts'

const SIE = 'sie'
const LITTLE_ONES = /(?:it[oa]s|chen|lein|chicks|cubs|piglets|ducklings|kittens|puppies|lambs|kids)$/u

/** Reads narration in order: who is mentioned, who acts, who turns out to be whom. */
export class Narration {
  readonly #language: Language
  readonly #identifier: Identifier
  readonly #scene: Scene
  readonly #narrator: Entity
  readonly votes = new Map<string, { m: number; f: number; n: number }>()
  readonly pairs: [Entity, Entity][] = []
  /** Those told to have children. */
  readonly parents = new Set<Entity>()

  constructor(language: Language, identifier: Identifier, scene: Scene, narrator: Entity) {
    this.#language = language
    this.#identifier = identifier
    this.#scene = scene
    this.#narrator = narrator
  }

  observe(sentence: ReadSentence): void {
    const leading = leadingSubject(sentence, this.#language)
    let subject: Entity | undefined
    let previous: { mention: Mention; entity: Entity } | undefined
    const met: { mention: Mention; entity: Entity }[] = []
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
    this.#family(met)
    this.#identifier.introduced = met.findLast(
      ({ mention, entity }) => mention.definiteness === 'indefinite' && entity.at.length === 1 && !entity.plural,
    )?.entity
    if (subject) this.#scene.subject = this.#identifier.get(subject.id)
  }

  #meet(
    sentence: ReadSentence,
    mention: Mention,
    previous: { mention: Mention; entity: Entity } | undefined,
  ): Entity | undefined {
    if (mention.compared) return undefined
    if (mention.kind === 'pronoun') {
      if (mention.person === 1 && !mention.plural && !mention.oblique) this.#narrator.subjects += 1
      const entity =
        mention.person === 1 ? (mention.plural ? undefined : this.#narrator) : this.pronoun(sentence, mention)
      if (entity && entity !== this.#narrator && !mention.oblique) entity.subjects += 1
      if (entity) this.#scene.appear(entity, !mention.oblique)
      return entity
    }
    const entity =
      previous &&
      this.#isPredicate(sentence, previous.mention, mention) &&
      mention.noun &&
      !mention.plural &&
      previous.entity !== this.#narrator
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
      mention,
      sentence.tokens[mention.start]?.start ?? sentence.start,
      action !== undefined,
    )
    this.#scene.appear(entity, action !== undefined)
    return entity
  }

  /** "the old woman was a witch" */
  #isPredicate(sentence: ReadSentence, subject: Mention, mention: Mention): boolean {
    if (subject.oblique || mention.definiteness === 'bare' || mention.kind !== 'noun' || mention.oblique) return false
    if (subject.kind === 'pronoun' && subject.person === 3 && subject.text === 'es') return false
    const between = sentence.tokens.slice(subject.end, mention.start)
    const [copula] = between
    return (
      copula !== undefined &&
      this.#language.copulas.has(copula.lower) &&
      between.length <= 2 &&
      between.every((token) => token.word)
    )
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

  /** "a girl called Mia", "Mia, the miller's daughter,", "Hansel and Gretel". */
  #link(sentence: ReadSentence, met: { mention: Mention; entity: Entity }[]): void {
    for (const [i, a] of met.entries()) {
      const b = met[i + 1]
      if (!b) return
      const between = sentence.tokens.slice(a.mention.end, b.mention.start)
      const [only] = between
      if (between.length === 1 && only?.lower === this.#language.and && a.entity.named && b.entity.named)
        this.pairs.push([a.entity, b.entity])
      const name = b.mention.kind === 'name'
      const near = sentence.tokens.slice(Math.max(0, a.mention.start - 3), b.mention.start)
      const named = name && near.some((token) => this.#language.naming.has(token.lower)) && a.mention.kind !== 'name'
      const apposed = between.length === 1 && only?.text === ',' && this.#apposed(sentence, a.mention, b.mention)
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

  /** "a woodcutter lived with his wife and children" */
  #family(met: { mention: Mention; entity: Entity }[]): void {
    const [first] = met
    if (!first || first.mention.kind === 'pronoun' || first.entity.plural) return
    const offspring = met
      .slice(1)
      .some(
        ({ mention }) =>
          (mention.noun !== undefined &&
            this.#language.offspring.has(mention.noun.lemma) &&
            mention.definiteness !== 'definite') ||
          (mention.plural && (mention.noun?.lemma === this.#language.child || LITTLE_ONES.test(mention.text))),
      )
    if (offspring && !this.#language.youths.has(first.entity.head)) this.parents.add(first.entity)
  }

  #agree(a: Entity, b: Entity): boolean {
    return a.gender === undefined || b.gender === undefined || a.gender === b.gender
  }

  #apposed(sentence: ReadSentence, a: Mention, b: Mention): boolean {
    const named = ({ kind, name }: Mention): boolean => kind === 'name' || name !== undefined
    const [one, other] = named(a) ? [a, b] : [b, a]
    if (!named(one) || named(other) || other.kind !== 'noun' || other.noun === undefined || other.plural) return false
    if (other.definiteness === 'bare') return false
    const after = sentence.tokens[b.end]
    return after === undefined || after.text === ',' || after.text === '.'
  }
}
