import { beat, type Cue, tagAfter, tagBefore, turnsOver } from './cues.ts'
import type { Language } from './language.ts'
import type { ReadSentence, ReadSpan } from './reading.ts'

/** One quotation of a paragraph with what stands beside it. */
export interface Quote {
  span: ReadSpan
  tag: Cue | undefined
  /** Same speaker as the quotation before, unless it has a tag of its own. */
  continues: boolean
  beats: Cue[]
}

const OPEN = /[,!?…—–-]["”“’'»«‘›‹]*\s*$/u
const RAYA_OPEN = /[^.]\s*$/u

/** The quotations of one paragraph. `lead` is the sentence of narration right before the paragraph. */
export const quotesOf = (
  content: string,
  language: Language,
  spans: readonly ReadSpan[],
  lead: ReadSentence | undefined,
): Quote[] => {
  const quotes: Quote[] = []
  for (const [i, span] of spans.entries()) {
    if (span.kind !== 'dialogue') continue
    const before = spans[i - 1]?.kind === 'paragraph' ? spans[i - 1] : undefined
    const after = spans[i + 1]?.kind === 'paragraph' ? spans[i + 1] : undefined
    const text = content.slice(span.start, span.end)
    const open =
      OPEN.test(text) || (/^\s*[—–―-]/u.test(content.slice(after?.start, after?.end)) && RAYA_OPEN.test(text))
    const following = after?.sentences[0]
    const leading = before?.sentences.at(-1) ?? (i === 0 ? lead : undefined)
    const inside = quotes.length > 0 && before !== undefined
    const own = following && tagAfter(following, open, language)
    const single = inside && before.sentences.length === 1 && quotes.at(-1)?.tag !== undefined
    const led = leading && (!single || turnsOver(leading, language)) ? tagBefore(leading, language) : undefined
    const beats = [before?.sentences.at(-1), following]
      .map((sentence) => sentence && beat(sentence))
      .filter((cue) => cue !== undefined)
    quotes.push({ span, tag: own ?? led, continues: inside && led === undefined, beats })
  }
  return quotes
}
