import type { Entity } from './entity.ts'
import type { Language } from './language.ts'
import type { Mention } from './mention.ts'
import type { ReadSpan } from './reading.ts'
import type { Token } from './tokens.ts'

const LEADS = /^(?:oh|ach|dear|lieber|liebe|querido|querida|ay|aber|please|and|but|hush|yes|no)$/u
const MINE = /^(?:my|mein|meine|mi)$/u

/** "Come here, Mia", "Good day, old miller!": set apart by marks, without an article. */
const isCalled = (tokens: readonly Token[], mention: Mention, language: Language): boolean => {
  const before = tokens[mention.start - 1]
  const after = tokens[mention.end]
  if (after?.word) return false
  if (mention.definiteness !== 'bare' && !MINE.test(tokens[mention.start]?.lower ?? '')) return false
  const qualified = !tokens[mention.start - 2]?.word && language.trait(before?.lower ?? '') !== undefined
  if (before?.word && !qualified && !LEADS.test(before.lower) && !(before.lower === 'o' && !language.dropsSubject))
    return false
  return /^[,;—–-]$/u.test(before?.text ?? '') || /^[,!;—–?]$/u.test(after?.text ?? '')
}

/** The mentions by which a quotation calls somebody. */
export const calledIn = (span: ReadSpan, language: Language): Mention[] =>
  span.sentences.flatMap(({ tokens, mentions }) =>
    mentions.filter(
      (mention) => (mention.kind === 'name' || mention.noun !== undefined) && isCalled(tokens, mention, language),
    ),
  )

/** Those a quotation calls by name or by what they are; "sir" and "my friend" call nobody known. */
export const addressedIn = (
  span: ReadSpan,
  language: Language,
  identify: (mention: Mention) => Entity | undefined,
): Entity[] =>
  calledIn(span, language).flatMap((mention) => {
    if (mention.noun?.generic && language.honorifics.has(mention.head)) return []
    const entity = identify({ ...mention, definiteness: 'definite' })
    return entity && (entity.named || entity.at.length + entity.lines > 0) ? [entity] : []
  })
