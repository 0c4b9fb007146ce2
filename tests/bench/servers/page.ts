import { defineEntity, type EntitySchema, p } from '@mikro-orm/core'
import { StoryCreatedSchema } from '#gen/troupe/story/v1/story_events_pb.ts'
import { Aggregate } from '#shared/domain/aggregate.ts'
import type { Migration } from '#shared/infrastructure/migrate.ts'
import { sampleText } from '../sample-story.ts'

/** An aggregate of 1 KB that records one event when it is made. */
export class Page extends Aggregate {
  override readonly id!: string
  authorId!: string
  title!: string
  content!: string
  createdAt!: Date

  static write(id: string, authorId: string, now: Date): Page {
    const title = 'The Fox and the Grapes'
    const page = Object.assign(new Page(), { id, authorId, title, content: sampleText, createdAt: now })
    page.record(StoryCreatedSchema, { storyId: id, authorId, title, language: 'en', category: 'fable' })
    return page
  }
}

const PageSchema = defineEntity({
  class: Page,
  tableName: 'pages',
  properties: {
    id: p.uuid().primary(),
    authorId: p.uuid(),
    title: p.text(),
    content: p.text(),
    createdAt: p.datetime().columnType('timestamptz'),
    revision: p.integer().version(),
  },
})

export const entities = [PageSchema] as unknown as readonly EntitySchema[]

export const migrations: readonly Migration[] = [
  {
    name: '0001-pages',
    up: [
      `create table pages (id uuid primary key, author_id uuid not null,
         title text not null check (char_length(title) between 3 and 500), content text not null,
         created_at timestamptz not null, revision integer not null default 1)`,
      `create index pages_author on pages (author_id)`,
    ],
  },
]

/** One of a thousand authors. */
export const someAuthor = (number: number): string =>
  `00000000-0000-7000-8000-${(1 + (number % 1000)).toString().padStart(12, '0')}`
