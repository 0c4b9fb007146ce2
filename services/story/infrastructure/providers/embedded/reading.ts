import type { Language, Vocabulary } from './language.ts'
import type { Mention } from './mention.ts'
import type { Breathe } from './pace.ts'
import type { Span } from './segmentation.ts'
import { type Sentence, sentencesOf, type Token } from './tokens.ts'

export interface ReadSentence extends Sentence {
  mentions: Mention[]
}

/** A span with its sentences tagged and whoever they mention. */
export interface ReadSpan extends Span {
  index: number
  sentences: ReadSentence[]
}

const startsSentence = (content: string, span: Span, before: Span | undefined): boolean => {
  if (span.kind === 'dialogue' || before?.paragraph !== span.paragraph) return true
  const quote = content.slice(before.start, before.end).trimEnd()
  return /[.!?…]["”“’'»«‘›‹]*$/u.test(quote) && !/^\s*[,—–-]/u.test(content.slice(span.start, span.end))
}

/** Tags every sentence, learns the text's names from all of them, then finds the mentions. `report` hears 0 to 1. */
export const readSpans = async (
  content: string,
  spans: Span[],
  language: Language,
  breathe: Breathe,
  report: (fraction: number) => void,
): Promise<{ spans: ReadSpan[]; names: Vocabulary }> => {
  const read: ReadSpan[] = []
  for (const [index, span] of spans.entries()) {
    const sentences: ReadSentence[] = []
    for (const sentence of sentencesOf(
      content,
      span.start,
      span.end,
      startsSentence(content, span, spans[index - 1]),
    )) {
      for (const piece of cut(sentence)) {
        language.tag(piece)
        sentences.push({ ...piece, mentions: [] })
        await breathe()
      }
    }
    read.push({ ...span, index, sentences })
    report((0.7 * (index + 1)) / spans.length)
  }
  const names = language.names(read.flatMap((span) => span.sentences))
  for (const span of read) {
    for (const sentence of span.sentences) sentence.mentions = language.mentions(sentence, names)
    await breathe()
    report(0.7 + (0.3 * (span.index + 1)) / read.length)
  }
  enliven(read, language)
  return { spans: read, names }
}

/** A noun no list has, whose bearer smiles, thinks or nods, is somebody: "El chambelán sonrió." */
const enliven = (spans: readonly ReadSpan[], language: Language): void => {
  const unknown = spans.flatMap(({ kind, sentences }) =>
    kind === 'dialogue'
      ? []
      : sentences.flatMap(({ tokens, mentions }) =>
          mentions.filter(isUnknown).map((mention) => ({ mention, acts: actsLikeSomebody(tokens, mention, language) })),
        ),
  )
  const alive = new Set(unknown.filter(({ acts }) => acts).map(({ mention }) => mention.head))
  for (const { mention } of unknown) {
    const { head, gender } = mention
    if (alive.has(head))
      mention.noun = language.noun(head) ?? { lemma: head, gender, plural: false, kind: 'person', generic: false }
  }
}

const isUnknown = ({ kind, noun, nominal, plural, definiteness }: Mention): boolean =>
  kind === 'noun' &&
  noun === undefined &&
  !nominal &&
  !plural &&
  definiteness !== 'possessive' &&
  definiteness !== 'bare'

const actsLikeSomebody = (
  tokens: readonly Token[],
  { start, end, oblique, head }: Mention,
  language: Language,
): boolean => {
  if (oblique || language.voices.has(head) || language.times.has(head)) return false
  const next = tokens[end]
  const [before, after] = [tokens[start - 1], next].map((token) => token && language.speech(token.lower))
  if ((before || after) && language.noun(head)) return true
  return next !== undefined && language.agentive.has(next.lower === 'se' ? (tokens[end + 1]?.lower ?? '') : next.lower)
}

const LONGEST = 400

/** A "sentence" of thousands of words is no sentence; rules that look around would crawl in it. */
function* cut(sentence: Sentence): Generator<Sentence> {
  for (let from = 0; from < sentence.tokens.length; from += LONGEST) {
    const tokens = sentence.tokens.slice(from, from + LONGEST)
    const [first] = tokens
    const last = tokens.at(-1)
    if (first && last) yield { start: first.start, end: last.end, tokens }
  }
}
