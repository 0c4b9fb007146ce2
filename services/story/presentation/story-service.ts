import { StoryService } from '#gen/troupe/story/v1/story_service_pb.ts'
import { type Route, route } from '#shared/presentation/route.ts'
import type { StoryApp } from '../application/app.ts'
import { analysisHandlers } from './analysis-handlers.ts'
import { publishingHandlers } from './publishing-handlers.ts'
import { readingHandlers } from './reading-handlers.ts'
import { storyHandlers } from './story-handlers.ts'

/** The rpcs of story. */
export const storyService = (app: StoryApp): Route =>
  route(StoryService, {
    ...storyHandlers(app),
    ...readingHandlers(app),
    ...analysisHandlers(app),
    ...publishingHandlers(app),
  })
