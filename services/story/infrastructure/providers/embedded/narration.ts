import { actionOf, leadingSubject } from './acting.ts'
import type { Entity } from './entity.ts'
import { explains, isPredicate, isShape } from './equations.ts'
import { Families, type Met } from './families.ts'
import type { Identifier } from './identify.ts'
import { Identities } from './identities.ts'
import type { Language } from './language.ts'
import type { Mention } from './mention.ts'
import type { ReadSentence } from './reading.ts'
import { Relatives } from './relatives.ts'
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
  readonly #identities: Identities
  readonly votes = new Map<string, { m: number; f: number; n: number }>()
  readonly families: Families
  readonly relatives: Relatives

  constructor(language: Language, identifier: Identifier, scene: Scene, narrator: Entity) {
    this.#language = language
    this.#identifier = identifier
    this.#scene = scene
    this.#narrator = narrator
    this.#identities = new Identities(language, identifier, scene, narrator)
    this.families = new Families(language, narrator)
    this.relatives = new Relatives(language, narrator)
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
    this.#identities.link(sentence, met)
    this.#identities.recognise(sentence, met)
    this.#identities.name(sentence, met)
    this.families.observe(sentence, met)
    this.relatives.observe(sentence, met, this.#scene)
    this.#identities.trades(sentence, met)
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
    const candidate = pointing ? this.#scene.latest(this.#identifier.get, fits) : this.#nearest(fits)
    if (candidate && candidate.gender === undefined && !plural) this.#vote(candidate, neuter ? 'n' : mention.gender)
    return candidate
  }

  /** In Spanish nouns show their gender, so that whoever shows none comes second. */
  #nearest(fits: (entity: Entity) => boolean): Entity | undefined {
    const recent = this.#scene.recent(this.#identifier.get, 4).filter(fits)
    const sure = this.#language.dropsSubject ? recent.find(({ gender }) => gender !== undefined) : undefined
    return sure ?? recent[0]
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
}
