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
import { conflict } from '#shared/domain/errors.ts'
import { languageTag } from '#shared/domain/language-tag.ts'
import { plainText } from '#shared/domain/plain-text.ts'
import { timestamp } from '#shared/domain/timestamp.ts'
import { type CustomizationChange, customized } from './customization.ts'
import {
  type AnalysedText,
  type AnalysisOutcome,
  eventVisibility,
  type StoryChange,
  type StoryInit,
} from './story-parts.ts'
import { StoryState } from './story-state.ts'
import { baseLanguage, hasText, storyTitle } from './story-text.ts'

/** A story: what happens to it, from the first draft on. */
export class Story extends StoryState {
  static begin(init: StoryInit, now: Date): Story {
    const story = Object.assign(new Story(), {
      id: init.id,
      authorId: init.authorId,
      title: storyTitle(init.title),
      contentHash: init.text.hash,
      hasText: hasText(plainText('content', init.text.content)),
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
    const { usageKey } = init
    story.record(StoryCreatedSchema, { storyId, authorId, title, contentHash, language, category, genre, usageKey })
    return story
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
    const contentHash = change.text?.hash ?? this.contentHash
    const isSameText = contentHash === this.contentHash
    const isSameLanguage = baseLanguage(language) === baseLanguage(this.language)
    if (isSameText && title === this.title && language === this.language) return undefined
    if (change.text !== undefined) this.hasText = hasText(plainText('content', change.text.content))
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
  failAnalysis(text: AnalysedText, reason: string, now: Date): void {
    if (this.status !== 'analyzing' || !this.isAbout(text)) return
    this.status = 'draft'
    this.updatedAt = now
    this.record(StoryAnalysisFailedSchema, { storyId: this.id, authorId: this.authorId, reason })
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
      visibility: eventVisibility[this.visibility],
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
