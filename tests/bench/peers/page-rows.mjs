import { randomUUID } from 'node:crypto'

/** The rows that a new page makes, as the kernel's tables hold them. */
export const newPage = ({ authorId, title, content }) => {
  const page = { id: randomUUID(), authorId, title, content, createdAt: new Date(), revision: 1 }
  const data = { storyId: page.id, authorId, title, language: 'en', category: 'fable' }
  const cause = '/troupe.story.v1.StoryService/CreateStory'
  const event = {
    id: randomUUID(),
    streamId: page.id,
    streamType: 'Story',
    eventType: 'troupe.story.v1.StoryCreated',
    eventData: data,
    eventMetadata: { correlationId: randomUUID(), causationId: randomUUID(), cause, actor: authorId },
    eventVersion: 1,
    occurredAt: page.createdAt,
    payload: Buffer.from(JSON.stringify(data)),
  }
  return { page, event }
}
