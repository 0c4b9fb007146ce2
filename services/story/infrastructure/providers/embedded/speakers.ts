import { addressedIn } from './address.ts'
import type { Cue } from './cues.ts'
import { type Entity, isSomebody } from './entity.ts'
import type { Epithets } from './epithets.ts'
import type { Identifier } from './identify.ts'
import { Introductions } from './introductions.ts'
import type { Language } from './language.ts'
import type { Lore } from './lore.ts'
import type { Narration } from './narration.ts'
import { type Quote, quotesOf } from './quotes.ts'
import type { ReadSentence, ReadSpan } from './reading.ts'
import type { Scene } from './scene.ts'
import { Turns } from './turns.ts'

/** Attributes quotations: tags first, then beats, then whose turn it is. */
export class Speakers {
  readonly #content: string
  readonly #language: Language
  readonly #identifier: Identifier
  readonly #scene: Scene
  readonly #narration: Narration
  readonly #narrator: Entity
  /** Lines attributed by a tag that names their speaker, by head. */
  readonly tagged = new Map<string, number>()
  animalsSpeak = false
  readonly #turns: Turns
  readonly #introductions: Introductions
  readonly #epithets: Epithets
  readonly speakers = new Map<number, Entity>()

  constructor(
    content: string,
    language: Language,
    identifier: Identifier,
    scene: Scene,
    narration: Narration,
    narrator: Entity,
    lore: Lore,
    epithets: Epithets,
  ) {
    this.#content = content
    this.#language = language
    this.#identifier = identifier
    this.#scene = scene
    this.#narration = narration
    this.#narrator = narrator
    this.#epithets = epithets
    this.#turns = new Turns(language, identifier, scene, narrator, lore)
    this.#introductions = new Introductions(content, language, identifier, scene, narrator)
  }

  /** Reads the spans of one paragraph in order, narration and quotations. `lead` is the sentence before the paragraph. */
  read(spans: ReadSpan[], lead: ReadSentence | undefined): void {
    this.#scene.paragraph = spans[0]?.paragraph ?? 0
    let tagged = false
    const quotes = quotesOf(this.#content, this.#language, spans, lead)
    const bySpan = new Map(quotes.map((quote) => [quote.span, quote]))
    let before: { quote: Quote; speaker: Entity } | undefined
    for (const span of spans) {
      const quote = bySpan.get(span)
      if (!quote) {
        for (const [i, sentence] of span.sentences.entries()) {
          this.#narration.observe(sentence)
          this.#answersTo(i)
          if (i > 0 || !tagged) this.#turns.told = true
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
    const called = this.#turns.last()?.addressee
    const { subject } = this.#scene
    if (sentence > 1 || !called?.named || subject?.at.length !== 1 || subject === this.#turns.latest?.speaker) return
    this.#introductions.becomes(subject, called)
  }

  #speak({ span, tag, beats }: Quote, said: Entity): void {
    const speaker = this.#identifier.get(said.id)
    const listeners = (tag?.listeners ?? [])
      .concat(beats.flatMap((cue) => cue.listeners))
      .flatMap((mention) => this.#identifier.identify(mention, this.#scene) ?? [])
      .filter(isSomebody)
    const addressed = this.#addressed(span)
    this.#introductions.introduce(span, speaker, addressed)
    this.#introductions.present(span, speaker)
    for (const entity of addressed) {
      entity.addressed += 1
      this.#scene.appear(entity, false)
    }
    this.#narration.relatives.hear(span, speaker, this.#turns.last()?.speaker, this.#identifier.nameKey)
    this.#turns.told = false
    speaker.lines += 1
    this.#scene.appear(speaker, true)
    this.#scene.subject = speaker
    this.speakers.set(span.index, speaker)
    const last = this.#turns.latest
    const carried = last?.speaker === speaker && last.paragraph === span.paragraph ? last.addressee : undefined
    const others = [...addressed, ...listeners]
    this.#turns.add({
      speaker,
      paragraph: span.paragraph,
      addressee: others.find((entity) => entity !== speaker && !entity.plural) ?? carried,
    })
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
    const own = this.#introductions.namesSpeaker(quote.span) ? this.#introductions.ownName(quote.span) : undefined
    if (own && (quote.tag?.mention === undefined || quote.tag.mention.kind === 'pronoun')) {
      this.#introductions.becomes(this.#scene.subject, own)
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
        this.#turns.told &&
        actor &&
        actor !== before &&
        isSomebody(actor) &&
        !actor.plural &&
        !addressed.includes(actor)
      return handsOver ? actor : before
    }
    const at = quotes.indexOf(quote)
    const later = quotes.find((one, i) => i > at && (one.tag !== undefined || !one.continues))
    if (later?.continues && later.tag) {
      const named = this.#resolve(later.tag, addressed, undefined)
      if (named && !addressed.includes(named)) return named
    }
    for (const cue of quote.beats) {
      const actor = this.#resolve(cue, addressed, undefined)
      if (actor && !addressed.includes(actor) && !actor.plural) return actor
    }
    return this.#turns.whoseTurn(quote, addressed)
  }

  #addressed(span: ReadSpan): Entity[] {
    return addressedIn(span, this.#language, (mention) => this.#identifier.identify(mention, this.#scene))
  }

  #resolve(cue: Cue, addressed: Entity[], before: Entity | undefined): Entity | undefined {
    const { mention } = cue
    if (cue.person === 1) return cue.plural ? undefined : this.#narrator
    if (mention === undefined) return before ?? this.#turns.implied(addressed, cue.plural)
    if (mention.kind === 'pronoun') return this.#turns.pronoun(mention, cue.plural, addressed, before)
    if (this.#language.voices.has(mention.head)) {
      const { subject } = this.#scene
      if (subject) addressed.push(subject)
      return undefined
    }
    if (this.#epithets.has(mention, this.#turns.told)) {
      const meant = this.#turns.pronoun(mention, false, addressed, before)
      if (meant && this.#epithets.fits(mention, meant)) {
        if (mention.noun) meant.heads.add(mention.noun.lemma)
        return meant
      }
    }
    return this.#identifier.identify(mention, this.#scene, true)
  }
}
