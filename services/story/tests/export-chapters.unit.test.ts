import { describe, expect, test } from 'vitest'
import { chaptersOf } from '../infrastructure/export/chapters.ts'
import { isHeading } from '../infrastructure/export/headings.ts'
import { longBook, paragraphs } from './export-fixtures.ts'

describe('chapters', () => {
  test.each([
    'Chapter 4: The Mill',
    'CHAPTER IV',
    'Chapter 1: Who am I?',
    'Erstes Kapitel',
    'Kapitel 3.',
    'CAPÍTULO II',
    'Capitulo primero',
    'Part 2',
    'Epilogue',
    'الفصل الأول',
    'פרק א',
    'فصل اول',
    'Глава первая',
    'अध्याय १',
    'Chương 5',
    '第三章',
  ])('%s is a heading', (line) => expect(isHeading(line)).toBe(true))

  test.each([
    'Part of him wanted to stay.',
    'Chapter after chapter he read on.',
    'Chapter I read last night was dull.',
    'Chapters were long in those days',
    'The wolf went round the house.',
    '',
    `Chapter 1 ${'x'.repeat(100)}`,
  ])('%s is not', (line) => expect(isHeading(line)).toBe(false))

  test('without headings are cut between paragraphs at about 3,000 words', () => {
    const chapters = [...chaptersOf(longBook(30_000))]
    expect(chapters.length).toBeGreaterThanOrEqual(9)
    for (const chapter of chapters.slice(0, -1)) {
      const words = chapter.paragraphs.flat().reduce((sum, span) => sum + span.text.trim().split(/\s+/).length, 0)
      expect(words).toBeGreaterThanOrEqual(3_000)
      expect(words).toBeLessThan(3_300)
    }
    expect(chapters[0]?.label).toBe('0. The wolf went round the house…')
  })

  test('that are long go on in a file of their own, which contents leave out', () => {
    const { segments } = longBook(20_000)
    const text = ['Chapter 1', ...segments.map((segment) => segment.text)]
    expect([...chaptersOf({ segments: paragraphs(...text) })].map(({ continues }) => continues)).toEqual([false, true])
  })

  test('join segments of a paragraph with a space where the script has one', () => {
    const joined = (...texts: string[]) =>
      [...chaptersOf({ segments: texts.map((text) => ({ kind: 'paragraph' as const, text, paragraph: 7 })) })]
        .flatMap((chapter) => chapter.paragraphs.flat())
        .map((span) => span.text)
        .join('')
    expect(joined('“Yes”', ', she said.', 'He left.')).toBe('“Yes”, she said. He left.')
    expect(joined('「はい」', '彼女は言った。')).toBe('「はい」彼女は言った。')
  })
})
