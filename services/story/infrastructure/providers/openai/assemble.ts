import type { Analysis, FoundCharacter, FoundEmotion, Segment } from '../../../domain/analysis.ts'
import { paragraphsOf, type Range } from '../embedded/paragraphs.ts'
import { tile } from '../embedded/tiling.ts'
import type { Answer, AnsweredCharacter } from './answer.ts'
import { locate, withMarks } from './locate.ts'

const MOST_THEMES = 5
const NARRATOR: AnsweredCharacter = { name: 'Narrator', aliases: [], role: 'narrator', description: '', traits: [] }

/** One part of the story and what the model answered about it. */
export interface Part extends Range {
  answer: Answer
}

interface Spoken extends Range {
  speaker: string
}

const key = (name: string): string => name.toLowerCase().trim()

/** Characters of all parts, those that share a name or alias being one. */
const mergeCharacters = (
  parts: readonly Part[],
): { characters: AnsweredCharacter[]; nameOf: (speaker: string) => string } => {
  const merged: AnsweredCharacter[] = []
  const byName = new Map<string, AnsweredCharacter>()
  const add = (character: AnsweredCharacter): void => {
    const names = [character.name, ...character.aliases]
    const known = names.map((name) => byName.get(key(name))).find(Boolean)
    const target = known ?? { ...character, aliases: [], traits: [] }
    if (!known) merged.push(target)
    for (const name of names) {
      if (key(name) !== key(target.name) && !target.aliases.some((alias) => key(alias) === key(name)))
        target.aliases.push(name)
      if (!byName.has(key(name))) byName.set(key(name), target)
    }
    target.traits = [...new Set([...target.traits, ...character.traits])]
    target.description ||= character.description
    if (character.role === 'protagonist' && target.role === 'supporting') target.role = 'protagonist'
  }
  for (const { answer } of parts) for (const character of answer.characters) add(character)
  for (const { answer } of parts)
    for (const { speaker } of answer.dialogue)
      if (!byName.has(key(speaker))) add({ ...NARRATOR, name: speaker, role: 'supporting', aliases: [], traits: [] })
  if (!merged.some(({ role }) => role === 'narrator')) add({ ...NARRATOR, aliases: [], traits: [] })
  return { characters: merged, nameOf: (speaker) => byName.get(key(speaker))?.name ?? speaker }
}

const spokenIn = (content: string, parts: readonly Part[]): Spoken[] => {
  const spoken: Spoken[] = []
  for (const part of parts) {
    let from = part.start
    for (const { quote, speaker } of part.answer.dialogue) {
      const range = withMarks(content.slice(0, part.end), locate(content.slice(0, part.end), quote, from), from)
      spoken.push({ ...range, speaker })
      from = range.end
    }
  }
  return spoken
}

const segmentsOf = (content: string, spoken: readonly Spoken[], nameOf: (speaker: string) => string): Segment[] => {
  const segments: Segment[] = []
  for (const paragraph of paragraphsOf(content)) {
    const inside = spoken
      .filter(({ start, end }) => start < paragraph.end && end > paragraph.start)
      .map((line) => ({
        ...line,
        start: Math.max(line.start, paragraph.start) - paragraph.start,
        end: Math.min(line.end, paragraph.end) - paragraph.start,
      }))
    for (const { kind, start, end } of tile(content.slice(paragraph.start, paragraph.end), inside)) {
      const range = { start: paragraph.start + start, end: paragraph.start + end }
      const segment: Segment = { index: segments.length, kind, text: content.slice(range.start, range.end), ...range }
      const line = kind === 'dialogue' ? inside.find((one) => one.start < end && one.end > start) : undefined
      segments.push(line ? { ...segment, speaker: nameOf(line.speaker) } : segment)
    }
  }
  return segments
}

const emotionsOf = (content: string, parts: readonly Part[], segments: readonly Segment[]): FoundEmotion[] =>
  parts.flatMap((part) =>
    part.answer.emotions.map(({ emotion, intensity, quote }) => {
      const { start, end } = locate(content.slice(0, part.end), quote, part.start)
      const segment = segments.findLast((one) => one.start <= start)
      return { emotion, intensity, quote: content.slice(start, end), segmentIndex: segment?.index ?? 0 }
    }),
  )

const mentionsOf = (content: string, { name, aliases }: AnsweredCharacter): number => {
  const names = [...new Set([name, ...aliases].map(key))].sort((a, b) => b.length - a.length)
  const pattern = names.map((one) => one.replace(/[\\^$.*+?()[\]{}|/-]/gu, '\\$&')).join('|')
  return [...content.matchAll(new RegExp(`(?<![\\p{L}\\p{N}])(?:${pattern})(?![\\p{L}\\p{N}])`, 'giu'))].length
}

/** Puts the answers about a story's parts together. Throws an AnalyzerError when they quote what is not there. */
export const assemble = (content: string, parts: readonly Part[]): Analysis => {
  const { characters, nameOf } = mergeCharacters(parts)
  const segments = segmentsOf(content, spokenIn(content, parts), nameOf)
  return {
    segments,
    characters: characters.map(
      (character): FoundCharacter => ({ ...character, mentions: mentionsOf(content, character) }),
    ),
    emotions: emotionsOf(content, parts, segments),
    themes: [...new Set(parts.flatMap(({ answer }) => answer.themes))].slice(0, MOST_THEMES),
    summary: parts
      .map(({ answer }) => answer.summary.trim())
      .filter(Boolean)
      .join(' '),
  }
}
