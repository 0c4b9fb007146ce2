import { defineEntity, type EntitySchema, p } from '@mikro-orm/core'
import { Customization } from '../domain/customization.ts'
import { Publishing, type PublishingStatus } from '../domain/publishing.ts'
import { Story } from '../domain/story.ts'
import type { StoryStatus, Visibility } from '../domain/story-parts.ts'

const time = () => p.datetime().columnType('timestamptz')

const CustomizationSchema = defineEntity({
  class: Customization,
  embeddable: true,
  properties: { coverUrl: p.text(), accentColor: p.text(), defaultNarratorVoiceId: p.text(), shellLanguage: p.text() },
})

const StorySchema = defineEntity({
  class: Story,
  tableName: 'stories',
  properties: {
    id: p.uuid().primary(),
    authorId: p.uuid(),
    title: p.text(),
    contentHash: p.text(),
    hasText: p.boolean(),
    language: p.text(),
    status: p.text().$type<StoryStatus>(),
    visibility: p.text().$type<Visibility>(),
    category: p.text(),
    genre: p.text(),
    version: p.integer(),
    publishedVersion: p.integer(),
    analysedHash: p.text().nullable(),
    analysedLanguage: p.text().nullable(),
    customization: () => p.embedded(CustomizationSchema).object(),
    createdAt: time(),
    updatedAt: time(),
    publishedAt: time().nullable(),
    revision: p.integer().version(),
  },
})

const PublishingSchema = defineEntity({
  class: Publishing,
  tableName: 'publishings',
  properties: {
    id: p.uuid().primary(),
    storyId: p.uuid(),
    authorId: p.uuid(),
    storyVersion: p.integer(),
    status: p.text().$type<PublishingStatus>(),
    failureReason: p.text(),
    withFilm: p.boolean(),
    narrationId: p.text(),
    videoJobId: p.text(),
    startedAt: time(),
    finishedAt: time().nullable(),
    revision: p.integer().version(),
  },
})

export const entities = [StorySchema, PublishingSchema] as unknown as readonly EntitySchema[]
