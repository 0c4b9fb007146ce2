/** A stretch of the story's text as its analysis reads it. */
export interface ScriptSegment {
  kind: 'paragraph' | 'dialogue'
  /** Within the content, in UTF-16 code units. */
  start: number
  end: number
  /** Empty where nobody in particular speaks. */
  speakerId: string
}

export interface ScriptEmotion {
  emotion: string
  /** 1–10. */
  intensity: number
  segmentIndex: number
}

/** What is told: a story's present text, and what was found in it. */
export interface Script {
  storyId: string
  authorId: string
  title: string
  language: string
  version: number
  contentHash: string
  content: string
  /** Whether the analysis of this very text is there. */
  analyzed: boolean
  segments: readonly ScriptSegment[]
  /** Most mentioned first. */
  characterIds: readonly string[]
  emotions: readonly ScriptEmotion[]
}
