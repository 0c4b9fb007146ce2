import type { Client } from '@connectrpc/connect'
import {
  type Character,
  CharacterRoleSchema,
  type Emotion,
  SegmentKind,
  type StoryAnalysis,
} from '#gen/troupe/story/v1/analysis_pb.ts'
import type { StoryService } from '#gen/troupe/story/v1/story_service_pb.ts'
import { table } from '../table.ts'
import { clip, oneLine } from '../text-width.ts'
import { enumName } from './enum-name.ts'
import type { Screen } from './screen.ts'

const charactersShown = 12
const emotionsShown = 5
const linesShown = 12

/** What was found in a story. */
export interface Findings {
  readonly analysis: StoryAnalysis
  readonly characters: readonly Character[]
  readonly emotions: readonly Emotion[]
}

/** Asks for everything an analysis found; of characters at most 200, of emotions 500. */
export const readFindings = async (stories: Client<typeof StoryService>, storyId: string): Promise<Findings> => {
  const [{ analysis }, { characters }, { emotions }] = await Promise.all([
    stories.getAnalysis({ storyId }),
    stories.listCharacters({ storyId, pageSize: 200 }),
    stories.listEmotions({ storyId, pageSize: 500 }),
  ])
  if (!analysis) throw new Error('GetAnalysis answered without an analysis')
  return { analysis, characters, emotions }
}

const nobody = '(unknown)'

const spokenLines = ({ analysis, characters }: Findings): { speaker: string; text: string }[] => {
  const names = new Map(characters.map(({ id, name }) => [id, name]))
  return analysis.segments
    .filter(({ kind }) => kind === SegmentKind.DIALOGUE)
    .map(({ speakerId, text }) => ({ speaker: names.get(speakerId) ?? nobody, text }))
}

const roleOf = ({ role }: Character) => enumName(CharacterRoleSchema, role)

/** A table of the first rows, and how many more there are. */
const section = (
  what: string,
  shown: number,
  titles: string[],
  rows: (string | number)[][],
  width: number,
): string[] =>
  rows.length === 0
    ? ['', `no ${what} found`]
    : [
        '',
        ...table(titles, rows.slice(0, shown), width),
        ...(rows.length > shown ? [`… and ${rows.length - shown} more ${what}`] : []),
      ]

/** Lines of tables within `width` cells: who is in it, what is felt most, who says what. */
export const reportLines = (findings: Findings, width: number): string[] => {
  const { analysis, characters, emotions } = findings
  const spoken = spokenLines(findings)
  const bySpeaker = [...Map.groupBy(spoken, ({ speaker }) => speaker)]
    .map(([speaker, lines]) => [speaker, lines.length] as [string, number])
    .toSorted(([, a], [, b]) => b - a)
  const strongest = emotions.toSorted((a, b) => b.intensity - a.intensity || a.segmentIndex - b.segmentIndex)
  const people = characters.map((each) => [each.name, roleOf(each), each.mentions, each.traits.join(', ')])
  const felt = strongest.map(({ emotion, intensity, quote }) => [emotion, intensity, quote])
  const said = spoken.map(({ speaker, text }) => [speaker, text])
  const { length } = analysis.segments
  const paragraphs = length - spoken.length
  return [
    clip(`${length} segments (${paragraphs} told, ${spoken.length} spoken), by the ${analysis.engine} engine`, width),
    ...(analysis.themes.length > 0 ? [clip(oneLine(`themes: ${analysis.themes.join(', ')}`), width)] : []),
    ...section('characters', charactersShown, ['character', 'role', 'mentions', 'traits'], people, width),
    ...section('emotions', emotionsShown, ['emotion', 'of 10', 'where it shows'], felt, width),
    ...section('spoken lines', linesShown, ['speaker', 'says'], said, width),
    ...(spoken.length > 0 ? section('speakers', charactersShown, ['speaker', 'lines'], bySpeaker, width) : []),
  ]
}

/** Prints the findings below the story's title. */
export const printFindings = (screen: Screen, title: string, findings: Findings): void => {
  screen.say(`\n── ${title}`)
  for (const line of reportLines(findings, screen.width - 3)) screen.say(line && `   ${line}`)
}
