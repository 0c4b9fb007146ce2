import type { Script, ScriptEmotion } from './script.ts'

/** A stretch that is spoken at once. */
export interface PlannedSegment {
  text: string
  /** Empty for the narrator. */
  characterId: string
  emotion: string
  intensity: number
  /** Silence behind it. */
  pauseMs: number
  /** The title of the chapter that begins here; empty where none does. */
  chapter: string
}

/** Vendors take about four thousand characters at once, and what is changed is best spoken anew in small pieces. */
export const longestSegment = 1000

const pauses = { within: 180, turn: 320, paragraph: 650, chapter: 1200 } as const

const chapterLine = /^(?:#{1,3}\s+|(?:chapter|kapitel|cap[ií]tulo|part|teil|parte)\s+[\divxlcdm]+\b)/i
const spoken = /[\p{L}\p{N}]/u
const sentenceEnd = /[.!?…]["”“’'»«)\]]*\s+/gu

/** The title of a paragraph that is one: a short line that begins like a heading. */
const chapterTitle = (paragraph: string): string => {
  const line = paragraph.trim()
  if (line.length > 120 || line.includes('\n') || !chapterLine.test(line)) return ''
  return line.replace(/^#+\s+/, '')
}

/** The last place up to `most` to cut a text at: behind a sentence, else before a word, else anywhere. */
const cutAt = (text: string, most: number): number => {
  let behind = 0
  for (const match of text.slice(0, most).matchAll(sentenceEnd)) behind = match.index + match[0].length
  if (behind > 0) return behind
  const space = text.lastIndexOf(' ', most)
  if (space > 0) return space + 1
  // Not between the two halves of one character.
  return /[\uD800-\uDBFF]/.test(text[most - 1] ?? '') ? most - 1 : most
}

/** Pieces of a text no longer than a segment may be; together they are the text. */
export const pieces = (text: string, most = longestSegment): string[] => {
  const cut: string[] = []
  let rest = text
  while (rest.length > most) {
    const at = cutAt(rest, most)
    cut.push(rest.slice(0, at))
    rest = rest.slice(at)
  }
  return [...cut, rest]
}

const strongestOf = (emotions: readonly ScriptEmotion[]): ReadonlyMap<number, ScriptEmotion> => {
  const strongest = new Map<number, ScriptEmotion>()
  for (const emotion of emotions) {
    const known = strongest.get(emotion.segmentIndex)
    if (!known || emotion.intensity > known.intensity) strongest.set(emotion.segmentIndex, emotion)
  }
  return strongest
}

/** The paragraphs of a stretch of text; a line that is only white space ends one. */
const paragraphs = (text: string): string[] => text.split(/(?<=\n[^\S\n]*\n)/)

const spaceless = (text: string): string => text.replace(/\s+/g, ' ').trim()

/**
 * Cuts a story into what is spoken at once: a line of dialogue by whoever says it, what is told by the narrator, nothing
 * across paragraphs and nothing longer than a segment may be, but for a line that is recorded in one piece. The title comes
 * first and begins the first chapter.
 */
export const planSegments = (
  script: Script,
  isRecorded: (characterId: string, text: string) => boolean = () => false,
): PlannedSegment[] => {
  const emotions = strongestOf(script.emotions)
  const known = new Set(script.characterIds)
  const title = spaceless(script.title)
  const plan: PlannedSegment[] = []
  const add = (text: string, part: Partial<PlannedSegment>) =>
    plan.push({ text, characterId: '', emotion: '', intensity: 0, pauseMs: pauses.turn, chapter: '', ...part })
  if (spoken.test(title)) add(title, { pauseMs: pauses.chapter, chapter: title })
  for (const [index, { kind, start, end, speakerId }] of script.segments.entries()) {
    const { emotion = '', intensity = 0 } = emotions.get(index) ?? {}
    const characterId = kind === 'dialogue' && known.has(speakerId) ? speakerId : ''
    const stretch = script.content.slice(start, end)
    const isWhole = characterId !== '' && isRecorded(characterId, spaceless(stretch))
    for (const paragraph of isWhole ? [stretch] : paragraphs(stretch)) {
      const chapter = kind === 'paragraph' ? chapterTitle(paragraph) : ''
      const text = chapter || spaceless(paragraph)
      const texts = (isWhole ? [text] : pieces(text)).filter((piece) => spoken.test(piece))
      for (const [place, piece] of texts.entries()) {
        const isLast = place === texts.length - 1
        const after = chapter ? pauses.chapter : /\n[^\S\n]*\n\s*$/.test(paragraph) ? pauses.paragraph : pauses.turn
        const pauseMs = isLast ? after : pauses.within
        add(piece.trim(), { characterId, emotion, intensity, pauseMs, chapter: place === 0 ? chapter : '' })
      }
    }
  }
  const last = plan.at(-1)
  if (last) last.pauseMs = 0
  return plan
}

/** How far from where it is expected a text is looked for; what went farther is as good as new. */
const farthest = 50_000

/** Which of these texts a story no longer holds, in their order. */
export const staleTexts = (texts: readonly string[], title: string, content: string): boolean[] => {
  const now = spaceless(`${title} ${content.replace(/^#{1,3}\s+/gm, '')}`)
  let [from, expected] = [0, 0]
  return texts.map((text) => {
    const start = Math.max(from, expected - farthest)
    const at = now.slice(start, expected + text.length + farthest).indexOf(text)
    expected += text.length
    if (at < 0) return true
    from = start + at + text.length
    expected = from
    return false
  })
}
