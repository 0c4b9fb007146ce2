import { file_troupe_story_v1_story_events } from '#gen/troupe/story/v1/story_events_pb.ts'
import { StoryService } from '#gen/troupe/story/v1/story_service_pb.ts'
import { type ContextDefinition, defineContext } from '#shared/presentation/context.ts'
import { type Route, route } from '#shared/presentation/route.ts'
import { sampleStory } from '../sample-story.ts'

const story = sampleStory('019a0000-0000-7000-8000-000000000001')

/** GetStory, answered from memory. */
export const storyRoute: Route = route(StoryService, { getStory: () => ({ story }) })

/** The context story with nothing but that. */
export const storyFromMemory: ContextDefinition = defineContext({
  name: 'story',
  entities: [],
  migrations: [],
  events: file_troupe_story_v1_story_events,
  compose: () => ({ routes: [storyRoute] }),
})
