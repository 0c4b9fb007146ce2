import type { SessionLine } from './session-parts.ts'

/** What a session takes from a story: its present text as it is analysed. */
export interface Script {
  authorId: string
  title: string
  language: string
  content: string
  /** Whether the analysis of this very text is there. */
  analyzed: boolean
  characters: readonly { characterId: string; name: string }[]
  /** What is spoken, by places in the content in UTF-16 code units. */
  dialogue: readonly { start: number; end: number; speakerId: string }[]
}

const collapsed = (text: string): string => text.replaceAll('\0', '').replace(/\s+/g, ' ').trim()

/** What some characters say, in the order of the story. */
export const linesOf = ({ content, dialogue }: Script, characterIds: ReadonlySet<string>): SessionLine[] =>
  dialogue
    .map(({ start, end, speakerId }, place) => ({
      place,
      characterId: speakerId,
      text: collapsed(content.slice(start, end)),
    }))
    .filter(({ characterId, text }) => characterIds.has(characterId) && /[\p{L}\p{N}]/u.test(text))
