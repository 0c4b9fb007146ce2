import type { Clock } from '#shared/domain/clock.ts'
import type { Ids } from '#shared/domain/ids.ts'
import { castOf } from '../domain/cast.ts'
import type { Analyses, AnalysisRecord, Casts } from '../domain/ports.ts'
import type { Story } from '../domain/story.ts'

interface Ports {
  analyses: Analyses
  casts: Casts
  clock: Clock
  ids: Ids
}

export type TakeOver = (story: Story, record: AnalysisRecord) => Promise<void>

/** Makes what a complete analysis found the story's own, together with the characters that its author made. */
export const takeOverAnalysis =
  ({ analyses, casts, clock, ids }: Ports): TakeOver =>
  async (story, record) => {
    if (!story.isAbout(record) || story.isAnalysed || story.status === 'archived') return
    const { contentHash, language } = record
    const [found, before, earlier] = await Promise.all([
      analyses.findings(story.id, contentHash),
      casts.of(story.id, story.castHash),
      casts.of(story.id, contentHash),
    ])
    // Characters that were found in this very text before keep the ids that they have there.
    const cast = castOf(found.characters, [...earlier.filter(({ edited }) => !edited), ...before], ids)
    casts.put(story.id, contentHash, cast)
    const { segmentCount: segments, emotionCount: emotions } = found
    story.finishAnalysis({ contentHash, language, segments, emotions, characters: cast }, clock.now())
  }
