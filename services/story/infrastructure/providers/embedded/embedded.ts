import type { Analyzer, Segment } from '../../../domain/analysis.ts'
import { listCharacters } from './characters.ts'
import { findEmotions } from './emotions.ts'
import { languageOf } from './languages.ts'
import { breather } from './pace.ts'
import { readSpans } from './reading.ts'
import { spansOf } from './segmentation.ts'
import { readStory } from './story-reading.ts'
import { summarise } from './summary.ts'
import { findThemes } from './themes.ts'

/** Analyses stories in process, by rules and word lists of our own. Never fails; rejects only when aborted. */
export const embeddedAnalyzer = (): Analyzer => ({
  name: 'embedded',
  analyze: async ({ content, language: tag }, report, signal) => {
    const language = languageOf(tag)
    const breathe = breather(signal)
    await breathe()
    report(0, 'segments')
    const spans = spansOf(content, language)
    const { spans: read } = await readSpans(content, spans, language, breathe, (fraction) =>
      report(0.6 * fraction, 'segments'),
    )
    const reading = await readStory(content, read, language, breathe, (fraction) =>
      report(0.6 + 0.3 * fraction, 'characters'),
    )
    const listing = listCharacters(content, read, reading, language)
    const segments = read.map((span): Segment => {
      const { index, kind, start, end } = span
      const segment: Segment = { index, kind, text: content.slice(start, end), start, end }
      const speaker = reading.speakers.get(index)
      const name = speaker && listing.nameOf(speaker)
      return name === undefined ? segment : { ...segment, speaker: name }
    })
    report(0.9, 'emotions')
    const emotions = await findEmotions(content, read, language.code, breathe)
    report(0.95, 'summary')
    const themes = findThemes(read, language.code)
    await breathe()
    const summary = summarise(content, read, listing.characters, language)
    await breathe()
    report(1, 'done')
    return { segments, characters: listing.characters, emotions, themes, summary }
  },
})
