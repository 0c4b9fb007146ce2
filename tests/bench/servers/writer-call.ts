import type { CallContext } from '../../../services/shared/infrastructure/call-context.ts'
import { uuidv7 } from '../../../services/shared/infrastructure/uuid.ts'

/** The call that a unit of work of the bench is run in. */
export const writerCall = (actor: string): CallContext => ({
  principal: { kind: 'user', userId: actor, sessionId: '', roles: [] },
  actor,
  correlationId: uuidv7(),
  causationId: uuidv7(),
  cause: '/troupe.story.v1.StoryService/CreateStory',
  traceparent: undefined,
  address: '127.0.0.1',
  deadline: undefined,
  signal: new AbortController().signal,
})
