import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Analysis, StoryText } from '../../../domain/analysis.ts'
import { evaluate, missed } from '../../../tales/eval.ts'
import { embeddedAnalyzer } from './embedded.ts'

const analyze = (
  story: Partial<StoryText>,
  signal = new AbortController().signal,
  report = (_: number): void => undefined,
) => embeddedAnalyzer().analyze({ title: '', content: '', language: 'en', ...story }, report, signal)

const saidBy = ({ segments }: Analysis): (readonly [string, string | undefined])[] =>
  segments.filter(({ kind }) => kind === 'dialogue').map(({ text, speaker }) => [text.trim(), speaker] as const)

const pieces = fc.constantFrom(
  '“',
  '”',
  '„',
  '«',
  '»',
  '"',
  "'",
  '‘',
  '’',
  '‚',
  '—',
  '– ',
  '-',
  '\r\n',
  '\n\n',
  '\r',
  ' ',
  '\t',
  ': ',
  ', ',
  '. ',
  '!',
  '?',
  '…',
  '🐺',
  'e\u0301',
  'said the wolf',
  'sagte der Wolf',
  'dijo el lobo',
  'Mia',
  'the old woman',
  'she',
  'er',
  'Es war einmal ein König',
  'Sr.',
  'の森',
  '。',
)
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc
    .array(fc.oneof(pieces, fc.string({ unit: 'grapheme', maxLength: 12 })), { maxLength: 60 })
    .map((parts) => parts.join('')),
)

describe('embedded analysis of any text', () => {
  it('covers the content with segments, in order and without overlap, and lists a narrator', async () => {
    const language = fc.constantFrom('en', 'de', 'es', 'fr', 'ja', 'zz-ZZ', '', '💥')
    await fc.assert(
      fc.asyncProperty(text, language, async (content, tag) => {
        const fractions: number[] = []
        const analysis = await analyze({ content, language: tag }, undefined, (fraction) => fractions.push(fraction))
        let at = 0
        for (const [i, segment] of analysis.segments.entries()) {
          expect([segment.index, segment.start]).toEqual([i, at])
          expect(segment.end).toBeGreaterThan(segment.start)
          expect(content.slice(segment.start, segment.end)).toBe(segment.text)
          at = segment.end
        }
        expect(at).toBe(content.length)
        expect(analysis.characters.filter(({ role }) => role === 'narrator')).toHaveLength(1)
        const names = analysis.characters.map(({ name }) => name)
        expect(new Set(names).size).toBe(names.length)
        for (const { speaker } of analysis.segments) if (speaker !== undefined) expect(names).toContain(speaker)
        for (const { intensity, quote, segmentIndex } of analysis.emotions) {
          expect(intensity >= 1 && intensity <= 10).toBe(true)
          expect(analysis.segments[segmentIndex]?.text).toContain(quote)
        }
        expect(fractions).toEqual(fractions.toSorted((a, b) => a - b))
        expect(fractions.at(-1)).toBe(1)
      }),
      { numRuns: 300 },
    )
  }, 60_000)

  it('lets other work run while it reads a long text', async () => {
    const scene =
      'The old king rode out. “Where is my son?” he asked. “Gone,” said Mia, and the fox laughed at them both.\n\n'
    const content = scene.repeat(Math.ceil(100_000 / scene.length))
    let longest = 0
    let last = performance.now()
    const watch = setInterval(() => {
      longest = Math.max(longest, performance.now() - last)
      last = performance.now()
    }, 5)
    const { segments } = await analyze({ content })
    clearInterval(watch)
    expect(longest).toBeLessThan(2_000)
    expect(segments.at(-1)?.end).toBe(content.length)
  }, 60_000)

  it.each(['a', 'A ', '“', '”', '—', "'", '"a" ', '\r\n', '. ', 'the old wolf ', 'Mr. '])(
    'comes to an end on %j over and over',
    async (unit) => {
      const { segments } = await analyze({ content: unit.repeat(25_000 / unit.length) })
      expect(segments.length).toBeGreaterThan(0)
    },
    30_000,
  )

  it('stops when aborted, before and while it works', async () => {
    const controller = new AbortController()
    const content = 'The wolf said nothing to the girl. '.repeat(4_000)
    const running = analyze({ content }, controller.signal, (fraction) => {
      if (fraction > 0) controller.abort(new Error('stopped'))
    })
    await expect(running).rejects.toThrow('stopped')
    await expect(analyze({ content }, controller.signal)).rejects.toThrow('stopped')
  })
})

describe('quotation', () => {
  it.each([
    ['en', '“Come in,” said Mia. “Sit.”', ['“Come in,”', '“Sit.”']],
    ['en', "'It's the dogs' bowl,' said Mia. 'Don't!'", ["'It's the dogs' bowl,'", "'Don't!'"]],
    ['en', '"No," said Mia.', ['"No,"']],
    ['de', '„Komm“, sagte Mia. „Setz dich!“', ['„Komm“', '„Setz dich!“']],
    ['de', '»Komm«, sagte Mia.', ['»Komm«']],
    ['de', '«Komm», sagte Mia.', ['«Komm»']],
    ['de', '‚Komm‘, sagte Mia.', ['‚Komm‘']],
    ['es', '—Ven —dijo Mia—. Es tarde.', ['—Ven', 'Es tarde.']],
    ['es', '—¡Ven! —Mia sonrió—, que es tarde.', ['—¡Ven!', 'que es tarde.']],
    ['es', 'Mia dijo: —Ven.', ['—Ven.']],
    ['es', '«Ven», dijo Mia.', ['«Ven»']],
    ['fr', '— Viens, dit Mia.\n\n— Non.', ['— Viens, dit Mia.', '— Non.']],
  ])('of %s: %s', async (language, content, expected) => {
    expect(saidBy(await analyze({ language, content })).map(([quote]) => quote)).toEqual(expected)
  })

  it('does not take a title or a word held with tongs for speech', async () => {
    expect(saidBy(await analyze({ content: 'They called the boat “Gull” and painted it.' }))).toEqual([])
  })

  it('lets a speech run over paragraphs that each open anew', async () => {
    const content = 'Mia spoke: “It was dark.\n\n“Then it was light,” she said.'
    expect(saidBy(await analyze({ content }))).toEqual([
      ['“It was dark.', 'Mia'],
      ['“Then it was light,”', 'Mia'],
    ])
  })
})

describe('speakers', () => {
  it('are found by verb, pronoun, vocative, turn and beat', async () => {
    const content = [
      'A girl called Mia lived with her uncle Otto, an old baker.',
      '“Is it done?” asked Mia.',
      '“Not yet,” he said.',
      '“When, Otto?”',
      '“Soon.”',
      'Mia sighed. “I am hungry.”',
    ].join('\n\n')
    const { characters, ...analysis } = await analyze({ content })
    expect(saidBy({ characters, ...analysis }).map(([, speaker]) => speaker)).toEqual([
      'Mia',
      'Otto',
      'Mia',
      'Otto',
      'Mia',
    ])
    expect(characters.find(({ name }) => name === 'Mia')?.role).toBe('protagonist')
  })

  it('include one who tells the story, by name when others call it', async () => {
    const content =
      'I kept the lamp. I was ten. I knew every ship.\n\n“Nell,” said the captain, “is it lit?”\n\n“It is,” I said.'
    const { characters, ...analysis } = await analyze({ content })
    expect(saidBy({ characters, ...analysis }).at(-1)).toEqual(['“It is,”', 'Nell'])
    expect(characters.map(({ name, role }) => [name, role])).toContainEqual(['Narrator', 'narrator'])
  })
})

describe('emotions', () => {
  it('are stronger with an intensifier and gone with a negation', async () => {
    const felt = async (language: string, content: string) =>
      (await analyze({ language, content })).emotions.map(({ emotion, intensity }) => [emotion, intensity])
    expect(await felt('en', 'She was afraid.')).toEqual([['fear', 6]])
    expect(await felt('en', 'She was very afraid.')).toEqual([['fear', 8]])
    expect(await felt('en', 'She was not afraid.')).toEqual([])
    expect(await felt('de', 'Sie war sehr traurig.')).toEqual([['sadness', 8]])
    expect(await felt('es', 'No tenía miedo.')).toEqual([])
    expect(await felt('es', 'Estaba muy triste.')).toEqual([['sadness', 8]])
  })
})

describe('the tales for tuning', () => {
  it('reach the floors of characters and speakers', async () => {
    const figures = await evaluate('tuning')
    expect(figures.map(({ language }) => language).sort()).toEqual(['de', 'en', 'es'])
    expect(missed(figures)).toEqual([])
  })
})
