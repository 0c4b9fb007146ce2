import { createClient } from '@connectrpc/connect'
import { StoryService } from '#gen/troupe/story/v1/story_service_pb.ts'
import type { Fields } from '../call.ts'
import { ofService, type Recipes, type Scene } from './recipe.ts'
import { openedByLink } from './share-links.ts'
import { newStory } from './story-scenes.ts'
import { newFilmable, newFilmedStory, newJob } from './videogen-scenes.ts'

const drawn = { provider: 1, captions: 3, style: '', maxClips: 0, maxCostMicros: 0n }

const toBeFilmed = async (scene: Scene): Promise<Fields> => ({ ...(await newFilmable(scene)), configuration: drawn })
const ofJob = async (scene: Scene): Promise<Fields> => newJob(scene, 'completed', await newStory(scene))

/** How to have films made rightly. */
export const videogenRecipes: Recipes = ofService('troupe.videogen.v1.VideoGenService', {
  EstimateCost: { fields: toBeFilmed },
  CreateVideoJob: { fields: toBeFilmed, isOnce: true },
  RetryVideoJob: {
    fields: async (scene) => {
      const { storyId } = await newFilmable(scene)
      return newJob(scene, 'cancelled', storyId)
    },
    isOnce: true,
  },
  GetVideoJob: { fields: ofJob },
  ListVideoJobs: {
    fields: async (scene) => {
      await ofJob(scene)
      return { storyId: crypto.randomUUID() }
    },
    ids: { story_id: 'open' },
  },
  CancelVideoJob: { fields: async (scene) => newJob(scene, 'queued', await newStory(scene)), isOnce: true },
  WatchVideoJob: { fields: ofJob },
  GetFilm: openedByLink(newFilmedStory, async (_, { storyId }) => String(storyId)),
  ListProviders: {},
  FilmStory: {
    fields: async (scene) => {
      const { storyId } = await newFilmable(scene)
      const stories = createClient(StoryService, scene.stage.transport(scene.person.token))
      const { story } = await stories.getStory({ storyId })
      const { contentHash = '', version: storyVersion = 1 } = story ?? {}
      return { storyId, contentHash, storyVersion, userId: scene.person.id, publishingId: crypto.randomUUID() }
    },
    isOnce: true,
  },
  GetFilmProgress: { fields: ofJob },
  AbandonFilm: { fields: () => ({ publishingId: crypto.randomUUID() }) },
})
