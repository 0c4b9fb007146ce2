import { Aggregate } from '#shared/domain/aggregate.ts'
import { denied, notFound, precondition } from '#shared/domain/errors.ts'
import type { Customization } from './customization.ts'
import type { AnalysedText, StoryStatus, Visibility } from './story-parts.ts'
import { baseLanguage } from './story-text.ts'
import { visibleVersion } from './visibility.ts'

export const storyNotFound = () => notFound('STORY_NOT_FOUND', 'there is no such story')

/** What a story is, and what may be asked of it. The texts themselves are kept beside it. */
export abstract class StoryState extends Aggregate {
  override readonly id!: string
  readonly authorId!: string
  title!: string
  contentHash!: string
  /** Whether the present text is more than white space. */
  hasText!: boolean
  language!: string
  status!: StoryStatus
  visibility!: Visibility
  category!: string
  genre!: string
  /** Counts texts and titles, from 1. */
  version!: number
  /** 0 before the first publication. */
  publishedVersion!: number
  /** What the newest complete analysis was made of. */
  analysedHash: string | undefined
  analysedLanguage: string | undefined
  customization!: Customization
  createdAt!: Date
  updatedAt!: Date
  publishedAt: Date | undefined

  /** Whether the present text was analysed, in the language it is said to be in. */
  get isAnalysed(): boolean {
    if (this.analysedHash === undefined) return false
    return this.isAbout({ contentHash: this.analysedHash, language: this.analysedLanguage ?? '' })
  }

  /** Whether there is an analysis, but of another text. */
  get isStale(): boolean {
    return this.analysedHash !== undefined && !this.isAnalysed
  }

  /** The text whose characters are the story's; empty when it was never analysed. */
  get castHash(): string {
    return this.analysedHash ?? ''
  }

  /** Whether what was found in that text, read in that language, is about the story as it is now. */
  isAbout({ contentHash, language }: AnalysedText): boolean {
    return contentHash === this.contentHash && baseLanguage(language) === baseLanguage(this.language)
  }

  /** Throws STORY_NOT_FOUND for who may not see it, NOT_THE_AUTHOR for who may only read it. */
  mustBelongTo(userId: string): void {
    if (userId === this.authorId) return
    if (visibleVersion(this, { userId, shared: false }) === undefined) throw storyNotFound()
    throw denied('NOT_THE_AUTHOR', 'only its author may do this')
  }

  /** Throws STORY_ARCHIVED. */
  mustBeOpen(): void {
    if (this.status === 'archived') throw precondition('STORY_ARCHIVED', 'the story is archived')
  }

  /** Throws STORY_ARCHIVED, STORY_EMPTY. */
  mustBeAnalysable(): void {
    this.mustBeOpen()
    if (!this.hasText) throw precondition('STORY_EMPTY', 'there is no text to analyse yet')
  }

  /** Throws STORY_ARCHIVED, STORY_ALREADY_PUBLISHED, STORY_NOT_ANALYZED. */
  mustBePublishable(): void {
    this.mustBeOpen()
    if (this.status === 'published') {
      throw precondition('STORY_ALREADY_PUBLISHED', 'this version of the story is published already')
    }
    if (!this.isAnalysed) throw precondition('STORY_NOT_ANALYZED', 'analyse the present text first')
  }
}
