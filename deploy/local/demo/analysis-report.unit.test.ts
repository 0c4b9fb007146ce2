import { create } from '@bufbuild/protobuf'
import { expect, test } from 'vitest'
import {
  CharacterRole,
  CharacterSchema,
  EmotionSchema,
  SegmentKind,
  SegmentSchema,
  StoryAnalysisSchema,
} from '#gen/troupe/story/v1/analysis_pb.ts'
import { textWidth } from '../text-width.ts'
import { reportLines } from './analysis-report.ts'

const told = (text: string) => create(SegmentSchema, { kind: SegmentKind.PARAGRAPH, text })
const spoken = (text: string, speakerId = '') => create(SegmentSchema, { kind: SegmentKind.DIALOGUE, text, speakerId })

const wolf = create(CharacterSchema, {
  id: 'w',
  name: 'the wolf',
  role: CharacterRole.PROTAGONIST,
  mentions: 12,
  traits: ['big', 'bad'],
})

test('a report tells who is in it, what is felt most, who says what and how often', () => {
  const analysis = create(StoryAnalysisSchema, {
    engine: 'embedded',
    themes: ['trust'],
    segments: [told('He knocked.'), spoken('Let me in!', 'w'), spoken('Who is there?'), spoken('I.', 'w')],
  })
  const emotions = [
    create(EmotionSchema, { emotion: 'joy', intensity: 3, quote: 'glad', segmentIndex: 0 }),
    create(EmotionSchema, { emotion: 'fear', intensity: 8, quote: 'trembled', segmentIndex: 2 }),
  ]
  expect(reportLines({ analysis, characters: [wolf], emotions }, 60)).toEqual([
    '4 segments (1 told, 3 spoken), by the embedded engine',
    'themes: trust',
    '',
    'character  role         mentions  traits',
    '─────────  ───────────  ────────  ────────',
    'the wolf   protagonist        12  big, bad',
    '',
    'emotion  of 10  where it shows',
    '───────  ─────  ──────────────',
    'fear         8  trembled',
    'joy          3  glad',
    '',
    'speaker    says',
    '─────────  ─────────────',
    'the wolf   Let me in!',
    '(unknown)  Who is there?',
    'the wolf   I.',
    '',
    'speaker    lines',
    '─────────  ─────',
    'the wolf       2',
    '(unknown)      1',
  ])
})

test('of a long story it shows the beginning, within the width', () => {
  const segments = Array.from({ length: 40 }, (_, index) => spoken(`${index} ${'so on '.repeat(50)}`, 'w'))
  const analysis = create(StoryAnalysisSchema, { engine: 'embedded', segments })
  const lines = reportLines({ analysis, characters: [wolf], emotions: [] }, 80)
  expect(lines.filter((line) => line.startsWith('the wolf  '))).toHaveLength(1 + 12 + 1)
  expect(lines).toContain('… and 28 more spoken lines')
  expect(lines).toContain('no emotions found')
  for (const line of lines) expect(textWidth(line)).toBeLessThanOrEqual(80)
})
