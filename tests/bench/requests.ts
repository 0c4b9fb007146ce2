import { create, toBinary } from '@bufbuild/protobuf'
import { CreateStoryRequestSchema, GetStoryRequestSchema } from '#gen/troupe/story/v1/story_service_pb.ts'
import { sampleText } from './sample-story.ts'
import { storyId } from './story-data.ts'

const service = '/troupe.story.v1.StoryService'
const differentIds = 5000

export const createStoryPath = `${service}/CreateStory`
export const getStoryPath = `${service}/GetStory`
export const listStoriesPath = `${service}/ListStories`

/** A story of 1 KB. */
export const createRequest: Uint8Array = toBinary(
  CreateStoryRequestSchema,
  create(CreateStoryRequestSchema, { title: 'The Fox and the Grapes', content: sampleText, category: 'fable' }),
)

/** Requests for loaded stories of 1 to `count`, at random. */
export const someStories = (count: number): Uint8Array[] =>
  Array.from({ length: differentIds }, () => {
    const id = storyId(1 + Math.floor(Math.random() * count))
    return toBinary(GetStoryRequestSchema, create(GetStoryRequestSchema, { storyId: id }))
  })
