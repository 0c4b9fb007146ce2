import type { Fields } from '../call.ts'
import { ofService, type Recipe, type Recipes, type Scene } from './recipe.ts'
import { openedByLink } from './share-links.ts'
import { newAnalysedStory, newCharacter, newPublishing, newStory } from './story-scenes.ts'

const ofDraft = async (scene: Scene): Promise<Fields> => ({ storyId: await newStory(scene) })
const ofAnalysed = async (scene: Scene): Promise<Fields> => ({ storyId: await newAnalysedStory(scene) })

const storyOf = async (_: Scene, { storyId }: Fields) => String(storyId)

const shared = (make: (scene: Scene) => Promise<Fields>, more?: Fields): Recipe => openedByLink(make, storyOf, more)

const draft: Recipe = { fields: ofDraft }
const publishing: Recipe = { fields: async (scene) => ({ publishingId: (await newPublishing(scene)).publishingId }) }

/** How to use stories rightly. */
export const storyRecipes: Recipes = ofService('troupe.story.v1.StoryService', {
  CreateStory: {},
  GetStory: shared(ofDraft),
  ListStories: {
    fields: async (scene) => {
      await newStory(scene)
      return { authorId: scene.person.id, status: 0, language: '' }
    },
    ids: { author_id: 'open' },
  },
  SearchStories: {
    fields: async (scene) => {
      await newStory(scene)
      return { query: scene.person.secrets.at(-1) }
    },
  },
  UpdateStory: { fields: async (scene) => ({ ...(await ofDraft(scene)), expectedVersion: 1 }) },
  DeleteStory: draft,
  ArchiveStory: draft,
  ListVersions: draft,
  GetVersion: draft,
  AnalyzeStory: draft,
  GetAnalysis: shared(ofAnalysed),
  GetScript: { fields: ofAnalysed },
  FindSeenVersion: { fields: async (scene) => ({ ...(await ofDraft(scene)), viewerId: scene.person.id }) },
  ListCharacters: shared(ofDraft),
  AddCharacter: draft,
  UpdateCharacter: { fields: newCharacter },
  ListEmotions: shared(ofDraft),
  PublishStory: { fields: async (scene) => ({ ...(await ofAnalysed(scene)), narration: 2, film: 2 }) },
  GetPublishing: { fields: async (scene) => ({ storyId: (await newPublishing(scene)).storyId }) },
  WatchStory: draft,
  ShareStory: draft,
  CustomizeStory: { fields: ofDraft, ids: { default_narrator_voice_id: 'open' } },
  ExportStory: shared(ofDraft, { format: 1 }),
  ValidatePublishing: publishing,
  CompletePublishing: publishing,
  AbortPublishing: publishing,
  AdvancePublishing: publishing,
})
