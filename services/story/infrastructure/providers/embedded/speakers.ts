import { addressedIn } from './address.ts'
import type { Entity } from './cast.ts'
import type { Cue } from './cues.ts'
import type { Identifier } from './identify.ts'
import type { Language } from './language.ts'
import type { Lore } from './lore.ts'
import type { Mention } from './mention.ts'
import type { Narration } from './narration.ts'
import { type Quote, quotesOf } from './quotes.ts'
import type { ReadSentence, ReadSpan } from './reading.ts'
import type { Scene } from './scene.ts'

interface Turn {
  speaker: Entity
  paragraph: number
  addressee: Entity | undefined
}

/** Attributes quotations: tags first, then beats, then whose turn it is. */
export class Speakers {
  readonly #content: string
  readonly #language: Language
  readonly #identifier: Identifier
  readonly #scene: Scene
  readonly #narration: Narration
  readonly #narrator: Entity
  readonly #lore: Lore
  /** Lines attributed by a tag that names their speaker, by head. */
  readonly tagged = new Map<string, number>()
  animalsSpeak = false
  readonly #turns: Turn[] = []
  /** Has anything been told since the last quotation, its tag aside? */
  #told = false
  readonly speakers = new Map<number, Entity>()

  constructor(
    content: string,
    language: Language,
    identifier: Identifier,
    scene: Scene,
    narration: Narration,
    narrator: Entity,
    lore: Lore,
  ) {
    this.#lore = lore
    this.#content = content
    this.#language = language
    this.#identifier = identifier
    this.#scene = scene
    this.#narration = narration
    this.#narrator = narrator
  }

  /** Reads the spans of one paragraph in order, narration and quotations. `lead` is the sentence before the paragraph. */
  read(spans: ReadSpan[], lead: ReadSentence | undefined): void {
    this.#scene.paragraph = spans[0]?.paragraph ?? 0
    let tagged = false
    const quotes = quotesOf(this.#content, this.#language, spans, lead)
    let before: { quote: Quote; speaker: Entity } | undefined
    for (const span of spans) {
      const quote = quotes.find((one) => one.span === span)
      if (!quote) {
        for (const [i, sentence] of span.sentences.entries()) {
          this.#narration.observe(sentence)
          this.#answersTo(i)
          if (i > 0 || !tagged) this.#told = true
        }
        continue
      }
      tagged = quote.tag !== undefined
      const speaker = this.#speakerOf(quote, quotes, before?.speaker)
      if (!speaker) continue
      before = { quote, speaker }
      this.#speak(quote, speaker)
    }
  }

  /** "Jonas!" she called. Her brother put his head out: whoever comes first is the one who was called. */
  #answersTo(sentence: number): void {
    const called = this.#lastTurn()?.addressee
    const { subject } = this.#scene
    if (sentence > 1 || !called?.named || subject?.at.length !== 1 || subject === this.#turns.at(-1)?.speaker) return
    this.#becomes(subject, called)
  }

  #speak({ span, tag, beats }: Quote, said: Entity): void {
    const speaker = this.#identifier.get(said.id)
    const listeners = (tag?.listeners ?? [])
      .concat(beats.flatMap((cue) => cue.listeners))
      .flatMap((mention) => this.#identifier.identify(mention, this.#scene) ?? [])
      .filter(isSomebody)
    const addressed = this.#addressed(span)
    this.#introduce(span, speaker, addressed)
    for (const entity of addressed) {
      entity.addressed += 1
      this.#scene.appear(entity, false)
    }
    this.#told = false
    speaker.lines += 1
    this.#scene.appear(speaker, true)
    this.#scene.subject = speaker
    this.speakers.set(span.index, speaker)
    const last = this.#turns.at(-1)
    const carried = last?.speaker === speaker && last.paragraph === span.paragraph ? last.addressee : undefined
    const others = [...addressed, ...listeners]
    this.#turns.push({
      speaker,
      paragraph: span.paragraph,
      addressee: others.find((entity) => entity !== speaker && !entity.plural) ?? carried,
    })
  }

  /** "I am Mia", "Tom Becker, second floor": somebody without a name says it; "Theo!" somebody is called by it. */
  #introduce(span: ReadSpan, speaker: Entity, addressed: Entity[]): void {
    const own = this.#ownName(span)
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

  /** Somebody so far unnamed turns out to have this name. */
  #becomes(unnamed: Entity | undefined, named: Entity): void {
    if (!unnamed || unnamed === named || unnamed.named || unnamed.plural || unnamed === this.#narrator || !unnamed.noun)
      return
    if (named.at.length > 0 || (unnamed.gender && named.gender && unnamed.gender !== named.gender)) return
    if (unnamed.noun.generic || unnamed.noun.kind === 'kin') this.#identifier.cast.merge(unnamed, named)
  }

  /** The name a speaker gives as theirs. */
  #ownName(span: ReadSpan): Entity | undefined {
    const name = this.#language.selfNaming?.exec(this.#content.slice(span.start, span.end))?.groups?.name
    if (name !== undefined) {
      const given = span.sentences
        .flatMap(({ mentions }) => mentions)
        .find(
          ({ kind, text, name: trailing }) =>
            (kind === 'name' || trailing !== undefined) && text.toLowerCase().startsWith(name.toLowerCase()),
        )
      return given && this.#identifier.identify(given, this.#scene)
    }
    const [first] = span.sentences[0]?.mentions ?? []
    const opening =
      first?.kind === 'name' &&
      first.text.includes(' ') &&
      span.sentences[0]?.tokens.findIndex((token) => token.word) === first.start
    return opening ? this.#identifier.identify(first, this.#scene) : undefined
  }

  #speakerOf(quote: Quote, quotes: Quote[], before: Entity | undefined): Entity | undefined {
    const addressed = this.#addressed(quote.span)
    for (const listener of quote.tag?.listeners ?? []) {
      const entity = this.#identifier.identify(listener, this.#scene)
      if (entity) addressed.push(entity)
    }
    const [called] = addressed
    const onStage = this.#scene.subject
    // "A boy lay there. 'Theo!'": the one called is the one just seen.
    if (
      called?.named &&
      called.at.length + called.lines === 0 &&
      onStage?.noun?.generic &&
      !onStage.named &&
      quote.tag === undefined
    )
      addressed.push(onStage)
    const own = this.#language.selfNaming?.test(this.#content.slice(quote.span.start, quote.span.end))
      ? this.#ownName(quote.span)
      : undefined
    if (own && quote.tag?.mention === undefined) {
      this.#becomes(this.#scene.subject, own)
      return own
    }
    if (quote.tag) {
      const named = this.#resolve(quote.tag, addressed, quote.continues ? before : undefined)
      if (named) {
        if (quote.tag.mention?.kind !== 'pronoun') {
          this.tagged.set(named.head, (this.tagged.get(named.head) ?? 0) + 1)
          this.animalsSpeak ||= named.noun?.kind === 'animal'
        }
        return named
      }
    }
    if (quote.continues && before) {
      // A sentence of narration between may hand over to whoever acts in it.
      const actor = this.#scene.subject
      const handsOver =
        this.#told && actor && actor !== before && isSomebody(actor) && !actor.plural && !addressed.includes(actor)
      return handsOver ? actor : before
    }
    const later = quotes.slice(quotes.indexOf(quote) + 1).find((one) => one.tag !== undefined || !one.continues)
    if (later?.continues && later.tag) {
      const named = this.#resolve(later.tag, addressed, undefined)
      if (named && !addressed.includes(named)) return named
    }
    for (const cue of quote.beats) {
      const actor = this.#resolve(cue, addressed, undefined)
      if (actor && !addressed.includes(actor) && !actor.plural) return actor
    }
    return this.#whoseTurn(quote, addressed)
  }

  #addressed(span: ReadSpan): Entity[] {
    return addressedIn(span, this.#language, (mention) => this.#identifier.identify(mention, this.#scene))
  }

  #resolve(cue: Cue, addressed: Entity[], before: Entity | undefined): Entity | undefined {
    const { mention } = cue
    if (cue.person === 1) return cue.plural ? undefined : this.#narrator
    if (mention === undefined) return before ?? this.#implied(addressed)
    if (mention.kind === 'pronoun') return this.#pronoun(mention, cue.plural, addressed, before)
    if (this.#language.voices.has(mention.head)) {
      const { subject } = this.#scene
      if (subject) addressed.push(subject)
      return undefined
    }
    return this.#identifier.identify(mention, this.#scene, true)
  }

  /** The subject left out: whoever acted last, or whose turn it is. */
  #implied(addressed: Entity[]): Entity | undefined {
    const subject = this.#scene.subject
    const turn = this.#lastTurn()
    if ((!turn || this.#told) && subject && !addressed.includes(subject) && isSomebody(subject)) return subject
    return undefined
  }

  #pronoun(mention: Mention, plural: boolean, addressed: Entity[], before: Entity | undefined): Entity | undefined {
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
    const turn = this.#lastTurn()
    const subject = this.#scene.subject
    const sure = recent.find((entity) => entity.gender !== undefined && entity.gender === mention.gender)
    if (!turn || this.#told)
      return subject && recent.includes(subject) && (subject.gender || subject.named || !sure)
        ? subject
        : (sure ?? recent[0])
    const earlier = this.#turns.findLast(
      (one) => this.#identifier.get(one.speaker.id) !== this.#identifier.get(turn.speaker.id),
    )
    const other = [
      turn.addressee,
      earlier && this.#scene.paragraph - earlier.paragraph < 8 ? earlier.speaker : undefined,
    ].find((entity) => entity && fits(entity))
    return other ?? recent.find((entity) => entity !== turn.speaker) ?? recent[0]
  }

  /** The turn that directly precedes: in this paragraph or the one before. */
  #lastTurn(): Turn | undefined {
    const turn = this.#turns.at(-1)
    return turn && this.#scene.paragraph - turn.paragraph <= 1 ? turn : undefined
  }

  #whoseTurn(quote: Quote, addressed: Entity[]): Entity | undefined {
    const turn = this.#lastTurn()
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
    const near = this.#turns.filter((one) => quote.span.paragraph - one.paragraph < 10)
    const earlier = near.findLast((one) => free(one.speaker))?.speaker
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

const isSomebody = (entity: Entity): boolean =>
  entity.named || entity.noun !== undefined || entity.lines > 0 || entity.traits.size > 0
