import {
  CharactersExtractedSchema,
  StoryAnalysisFailedSchema,
  StoryAnalysisRequestedSchema,
  StoryAnalyzedSchema,
  StoryArchivedSchema,
  StoryCreatedSchema,
  StoryDeletedSchema,
  StoryPublishedSchema,
  StorySharedSchema,
  StoryUpdatedSchema,
} from '#gen/troupe/story/v1/story_events_pb.ts'
import { StoryVisibility } from '#gen/troupe/story/v1/story_pb.ts'
import { Aggregate } from '#shared/domain/aggregate.ts'
import { conflict, denied, notFound, precondition } from '#shared/domain/errors.ts'
import { languageTag } from '#shared/domain/language-tag.ts'
import { timestamp } from '#shared/domain/timestamp.ts'
import { type Customization, type CustomizationChange, customized } from './customization.ts'
import { baseLanguage, hashContent, hasText, plainText, storyTitle } from './story-text.ts'
import { visibleVersion } from './visibility.ts'

export type StoryStatus = 'draft' | 'analyzing' | 'analyzed' | 'published' | 'archived'
export type Visibility = 'public' | 'unlisted' | 'private'

const visibilities = {
  public: StoryVisibility.PUBLIC,
  unlisted: StoryVisibility.UNLISTED,
  private: StoryVisibility.PRIVATE,
}

export interface StoryInit {
  id: string
  authorId: string
  title: string
  content: string
  /** BCP 47 tag; `en` when empty. */
  language: string
  visibility: Visibility
  category: string
  genre: string
}

export type StoryChange = { [Key in keyof Omit<StoryInit, 'id' | 'authorId'>]?: StoryInit[Key] | undefined }

/** What an analysis found, as far as the story tells others. */
export interface AnalysisOutcome {
  contentHash: string
  language: string
  segments: number
  emotions: number
  characters: readonly { id: string; name: string; role: string }[]
}

export const storyNotFound = () => notFound('STORY_NOT_FOUND', 'there is no such story')

/** A story: whose it is, what state it is in, and which of its texts readers see. The texts are kept beside it. */
export class Story extends Aggregate {
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

  static begin(init: StoryInit, now: Date): Story {
    const story = Object.assign(new Story(), {
      id: init.id,
      authorId: init.authorId,
      title: storyTitle(init.title),
      contentHash: hashContent(plainText('content', init.content)),
      hasText: hasText(init.content),
      language: languageTag(init.language || 'en'),
      status: 'draft',
      visibility: init.visibility,
      category: plainText('category', init.category),
      genre: plainText('genre', init.genre),
      version: 1,
      publishedVersion: 0,
      customization: customized(),
      createdAt: now,
      updatedAt: now,
    })
    const { id: storyId, authorId, title, contentHash, language, category, genre } = story
    story.record(StoryCreatedSchema, { storyId, authorId, title, contentHash, language, category, genre })
    return story
  }

  /** Whether the present text was analysed, in the language it is said to be in. */
  get isAnalysed(): boolean {
    return this.analysedHash === this.contentHash && !this.hasOtherLanguage
  }

  /** Whether there is an analysis, but of another text. */
  get isStale(): boolean {
    return this.analysedHash !== undefined && !this.isAnalysed
  }

  /** The text whose characters are the story's; empty when it was never analysed. */
  get castHash(): string {
    return this.analysedHash ?? ''
  }

  private get hasOtherLanguage(): boolean {
    return baseLanguage(this.analysedLanguage ?? '') !== baseLanguage(this.language)
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

  /**
   * Changes what is given and returns whether that made a new version. Throws VERSION_CONFLICT when the change was
   * made from another version than the present one.
   */
  edit(change: StoryChange, expectedVersion: number, now: Date): boolean {
    this.mustBeOpen()
    if (expectedVersion !== this.version) {
      throw conflict('VERSION_CONFLICT', `the story is at version ${this.version} now; read it again`, {
        metadata: { version: String(this.version) },
      })
    }
    const isNewText = this.changeText(change, now)
    const isNewSetting = this.changeSettings(change)
    if (isNewText !== undefined || isNewSetting) this.recordUpdate(isNewText ?? false, now)
    return isNewText !== undefined
  }

  /** Undefined when there is no new version, else whether the text itself changed. */
  private changeText(change: StoryChange, now: Date): boolean | undefined {
    const title = change.title === undefined ? this.title : storyTitle(change.title)
    const language = change.language === undefined ? this.language : languageTag(change.language)
    const content = change.content === undefined ? undefined : plainText('content', change.content)
    const contentHash = content === undefined ? this.contentHash : hashContent(content)
    const isSameText = contentHash === this.contentHash
    const isSameLanguage = baseLanguage(language) === baseLanguage(this.language)
    if (isSameText && title === this.title && language === this.language) return undefined
    if (content !== undefined) this.hasText = hasText(content)
    Object.assign(this, { title, language, contentHash, version: this.version + 1, updatedAt: now })
    const goesOn = this.status === 'analyzing' && isSameText && isSameLanguage
    if (!goesOn) this.status = this.isAnalysed ? 'analyzed' : 'draft'
    return !isSameText
  }

  private changeSettings({ visibility, category, genre }: StoryChange): boolean {
    const before = [this.visibility, this.category, this.genre]
    if (visibility !== undefined) this.visibility = visibility
    if (category !== undefined) this.category = plainText('category', category)
    if (genre !== undefined) this.genre = plainText('genre', genre)
    return before.some((value, index) => value !== [this.visibility, this.category, this.genre][index])
  }

  private recordUpdate(contentChanged: boolean, now: Date): void {
    this.updatedAt = now
    const { id: storyId, authorId, title, contentHash, version } = this
    this.record(StoryUpdatedSchema, { storyId, authorId, title, contentHash, version, contentChanged })
  }

  customize(change: CustomizationChange, now: Date): void {
    this.mustBeOpen()
    const customization = customized(this.customization, change)
    if (JSON.stringify(customization) === JSON.stringify(this.customization)) return
    this.customization = customization
    this.recordUpdate(false, now)
  }

  /** Notes that its characters change, so that nobody else changes them meanwhile. */
  changeCast(now: Date): void {
    this.mustBeOpen()
    this.updatedAt = now
  }

  /** Throws STORY_ARCHIVED, STORY_EMPTY. */
  mustBeAnalysable(): void {
    this.mustBeOpen()
    if (!this.hasText) throw precondition('STORY_EMPTY', 'there is no text to analyse yet')
  }

  requestAnalysis(now: Date): void {
    this.mustBeAnalysable()
    this.status = 'analyzing'
    this.updatedAt = now
    const { id: storyId, version: storyVersion, contentHash } = this
    this.record(StoryAnalysisRequestedSchema, { storyId, storyVersion, contentHash })
  }

  /** Waits for an analysis of the present text that runs already, because another version had the same text. */
  awaitAnalysis(now: Date): void {
    if (this.status !== 'draft') return
    this.status = 'analyzing'
    this.updatedAt = now
  }

  /** Whether what was found in that text, read in that language, is about the story as it is now. */
  isAbout(text: { contentHash: string; language: string }): boolean {
    return text.contentHash === this.contentHash && baseLanguage(text.language) === baseLanguage(this.language)
  }

  /** Takes an analysis over; one of another text than the present one changes nothing. */
  finishAnalysis(found: AnalysisOutcome, now: Date): void {
    if (!this.isAbout(found) || this.isAnalysed || this.status === 'archived') return
    this.analysedHash = found.contentHash
    this.analysedLanguage = found.language
    this.status = 'analyzed'
    this.updatedAt = now
    const { id: storyId, authorId, version: storyVersion, contentHash } = this
    this.record(StoryAnalyzedSchema, {
      storyId,
      authorId,
      storyVersion,
      contentHash,
      segmentCount: found.segments,
      characterCount: found.characters.length,
      emotionCount: found.emotions,
    })
    const characters = found.characters.map(({ id: characterId, name, role }) => ({ characterId, name, role }))
    this.record(CharactersExtractedSchema, { storyId, characters })
  }

  /** Goes back to draft, if it is this text's analysis that it waits for. */
  failAnalysis(text: { contentHash: string; language: string }, reason: string, now: Date): void {
    if (this.status !== 'analyzing' || !this.isAbout(text)) return
    this.status = 'draft'
    this.updatedAt = now
    this.record(StoryAnalysisFailedSchema, { storyId: this.id, authorId: this.authorId, reason })
  }

  /** Throws STORY_ARCHIVED, STORY_ALREADY_PUBLISHED, STORY_NOT_ANALYZED. */
  mustBePublishable(): void {
    this.mustBeOpen()
    if (this.status === 'published') {
      throw precondition('STORY_ALREADY_PUBLISHED', 'this version of the story is published already')
    }
    if (!this.isAnalysed) throw precondition('STORY_NOT_ANALYZED', 'analyse the present text first')
  }

  /** Shows a version to readers, be it the present one or an earlier one. */
  publish(pinned: { version: number; title: string; language: string }, now: Date): void {
    this.mustBeOpen()
    this.publishedVersion = pinned.version
    this.publishedAt = now
    this.updatedAt = now
    if (pinned.version === this.version) this.status = 'published'
    this.record(StoryPublishedSchema, {
      ...pinned,
      storyId: this.id,
      authorId: this.authorId,
      visibility: visibilities[this.visibility],
      publishedAt: timestamp(now),
    })
  }

  share(shareId: string, expiresAt: Date): void {
    this.mustBeOpen()
    const { id: storyId, authorId } = this
    this.record(StorySharedSchema, { storyId, authorId, shareId, expiresAt: timestamp(expiresAt) })
  }

  /** Archiving an archived story changes nothing. */
  archive(now: Date): void {
    if (this.status === 'archived') return
    this.status = 'archived'
    this.updatedAt = now
    this.record(StoryArchivedSchema, { storyId: this.id, authorId: this.authorId })
  }

  delete(): void {
    this.record(StoryDeletedSchema, { storyId: this.id, authorId: this.authorId })
  }
}
