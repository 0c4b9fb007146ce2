import { create, type MessageShape } from '@bufbuild/protobuf'
import { StorySchema, StoryStatus, StoryVisibility } from '#gen/troupe/story/v1/story_pb.ts'
import { timestamp } from '#shared/domain/timestamp.ts'

/** A text of 1 KiB in words that a search index keeps apart. */
export const sampleText: string = Array.from(
  { length: 16 },
  (_, line) => `The fox told the crow of grape number ${line}`,
)
  .map((sentence) => `${sentence}, which nobody had ever reached.`.padEnd(64, ' '))
  .join('')
  .slice(0, 1024)
  .padEnd(1024, '.')

/** A story as GetStory answers it. */
export const sampleStory = (id: string): MessageShape<typeof StorySchema> => {
  const at = timestamp(new Date('2026-01-01T00:00:00Z'))
  return create(StorySchema, {
    id,
    title: 'The Fox and the Grapes',
    content: sampleText,
    contentHash: '9a54f483c45e44c81fb9854cbc5cfbf75d70d86ea093cc5afcbbe6fd5056267d',
    authorId: id,
    authorName: 'Ann Author',
    language: 'en',
    status: StoryStatus.PUBLISHED,
    visibility: StoryVisibility.PUBLIC,
    category: 'fable',
    genre: 'animals',
    version: 1,
    publishedVersion: 1,
    customization: {},
    createdAt: at,
    updatedAt: at,
    publishedAt: at,
  })
}
