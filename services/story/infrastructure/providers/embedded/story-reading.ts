import type { Cast } from './cast.ts'
import type { Entity } from './entity.ts'
import { Epithets } from './epithets.ts'
import { Identifier } from './identify.ts'
import { aliasesOf } from './kinship.ts'
import type { Language } from './language.ts'
import type { Lore } from './lore.ts'
import { type Mention, mentionOf } from './mention.ts'
import { Narration } from './narration.ts'
import type { Breathe } from './pace.ts'
import type { ReadSentence, ReadSpan } from './reading.ts'
import { Scene } from './scene.ts'
import { Speakers } from './speakers.ts'
import type { Gender } from './tokens.ts'

export interface StoryReading {
  cast: Cast
  narrator: Entity
  /** Speaker by index of the dialogue span. */
  speakers: ReadonlyMap<number, Entity>
}

const NOTHING_KNOWN: Lore = {
  genders: new Map(),
  neuters: new Set(),
  aliases: new Map(),
  bearers: new Map(),
  narrator: undefined,
  lines: new Map(),
  animalsSpeak: false,
  told: new Set(),
}

/** Reads the story twice: the first time teaches the genders that pronouns give away. */
export const readStory = async (
  content: string,
  spans: ReadSpan[],
  language: Language,
  breathe: Breathe,
  report: (fraction: number) => void,
): Promise<StoryReading> => {
  const first = await readOnce(content, spans, language, NOTHING_KNOWN, breathe, (fraction) => report(fraction / 2))
  const second = await readOnce(content, spans, language, first.lore, breathe, (fraction) => report(0.5 + fraction / 2))
  return second
}

const readOnce = async (
  content: string,
  spans: ReadSpan[],
  language: Language,
  lore: Lore,
  breathe: Breathe,
  report: (fraction: number) => void,
): Promise<StoryReading & { lore: Lore }> => {
  const mentions = spans.flatMap((span) => span.sentences.flatMap((sentence) => sentence.mentions))
  const identifier = new Identifier(language, mentions, lore)
  const narrator = identifier.cast.create(narratorMention(language), '#narrator', new Map())
  const scene = new Scene()
  const narration = new Narration(language, identifier, scene, narrator)
  const speakers = new Speakers(
    content,
    language,
    identifier,
    scene,
    narration,
    narrator,
    lore,
    new Epithets(spans, language),
  )
  let lead: ReadSentence | undefined
  for (const paragraph of paragraphs(spans)) {
    speakers.read(paragraph, lead)
    lead = paragraph.at(-1)?.kind === 'paragraph' ? paragraph.at(-1)?.sentences.at(-1) : undefined
    report(((paragraph.at(-1)?.index ?? 0) + 1) / spans.length)
    await breathe()
  }
  const said = new Map([...speakers.speakers].map(([index, entity]) => [index, identifier.get(entity.id)]))
  return {
    cast: identifier.cast,
    narrator: identifier.get(narrator.id),
    speakers: said,
    lore: loreOf(narration, identifier, speakers, narrator, language),
  }
}

function* paragraphs(spans: ReadSpan[]): Generator<ReadSpan[]> {
  let current: ReadSpan[] = []
  for (const span of spans) {
    if (current[0] && current[0].paragraph !== span.paragraph) {
      yield current
      current = []
    }
    current.push(span)
  }
  if (current.length > 0) yield current
}

const narratorMention = (language: Language): Mention =>
  mentionOf(0, 0, 'name', language.narrator, { head: '#narrator', person: 1 })

const FIRST_PERSON_MIN = 3

/** In a story told by one of its people, the name that others call and narration never tells is the teller's. */
const narratorName = (identifier: Identifier, narrator: Entity): string | undefined => {
  if (narrator.subjects < FIRST_PERSON_MIN) return undefined
  const called = identifier.cast.alive.filter(
    (entity) => entity !== narrator && entity.named && entity.at.length === 0 && entity.addressed > 0,
  )
  return called.sort((a, b) => b.addressed - a.addressed)[0]?.head
}

const toldOf = ({ cast }: Identifier): Set<string> =>
  new Set(
    cast.alive
      .filter((entity) => (entity.named && entity.at.length > 0) || entity.subjects > 0)
      .flatMap((entity) => [entity.head, ...entity.heads]),
  )

const loreOf = (
  narration: Narration,
  identifier: Identifier,
  speakers: Speakers,
  narrator: Entity,
  language: Language,
): Lore => {
  const genders = new Map<string, Gender>()
  const neuters = new Set<string>()
  for (const [head, { m, f, n }] of narration.votes) {
    if (n > m && n > f) neuters.add(head)
    else if (m !== f) genders.set(head, m > f ? 'm' : 'f')
  }
  return {
    genders,
    neuters,
    aliases: aliasesOf(narration, identifier, language),
    bearers: language.dropsSubject ? narration.relatives.bearers(identifier.cast) : new Map(),
    narrator: narratorName(identifier, narrator),
    lines: speakers.tagged,
    animalsSpeak: speakers.animalsSpeak,
    told: toldOf(identifier),
  }
}
