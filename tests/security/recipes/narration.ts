import type { Fields } from '../call.ts'
import {
  newHeardStory,
  newLastingVoice,
  newNarration,
  newSpeaker,
  newToldNarration,
  newTrainable,
  newVoice,
  recording,
  toldStory,
} from './narration-scenes.ts'
import { ofService, type Recipes, type Scene } from './recipe.ts'
import { openedByLink } from './share-links.ts'
import { newAnalysedStory, plainTale } from './story-scenes.ts'

const ofVoice = async (scene: Scene): Promise<Fields> => ({ voiceId: await newVoice(scene) })
const ofSpeaker = async (scene: Scene): Promise<Fields> => ({ voiceId: await newSpeaker(scene) })
const ofNarration = async (scene: Scene): Promise<Fields> => ({ narrationId: await newNarration(scene) })
const heard = openedByLink(async (scene) => ({ narrationId: await newToldNarration(scene) }), toldStory)

/** How to use voices and narrations rightly. */
export const narrationRecipes: Recipes = ofService('troupe.narration.v1.NarrationService', {
  CreateVoice: { fields: () => ({ provider: 1, stockVoice: 'f2', language: 'en', rate: 1, pitch: 0, volume: 0 }) },
  RecordConsent: { fields: ofSpeaker },
  UploadVoiceSample: { fields: async (scene) => ({ ...(await ofSpeaker(scene)), data: recording() }) },
  DeleteVoiceSample: { fields: newTrainable, isOnce: true },
  TrainVoice: { fields: async (scene) => ({ voiceId: (await newTrainable(scene)).voiceId }), isOnce: true },
  ListVoices: {
    fields: async (scene) => {
      await newVoice(scene)
      return {}
    },
  },
  GetVoice: { fields: ofVoice },
  DeleteVoice: { fields: ofVoice, isOnce: true },
  PreviewVoice: { fields: async (scene) => ({ voiceId: await newLastingVoice(scene), text: 'Well.' }) },
  GenerateNarration: {
    fields: async (scene) => ({
      storyId: await newAnalysedStory(scene, plainTale),
      voiceMap: { narratorVoiceId: await newVoice(scene), characterVoiceIds: {} },
    }),
    isOnce: true,
  },
  GetNarration: heard,
  GetSoundtrack: {
    fields: async (scene) => ({ ...(await newHeardStory(scene)), userId: scene.person.id }),
  },
  ListNarrations: {
    fields: async (scene) => {
      await newNarration(scene)
      return { storyId: crypto.randomUUID() }
    },
    ids: { story_id: 'open' },
  },
  RegenerateSegment: {
    fields: async (scene) => ({
      ...(await ofNarration(scene)),
      index: 0,
      text: 'Well.',
      voiceId: await newVoice(scene),
    }),
    isOnce: true,
  },
  WatchNarration: heard,
  GetNarrationProgress: { fields: ofNarration },
  NarrateStory: {
    fields: async (scene) => ({
      storyId: await newAnalysedStory(scene, plainTale),
      userId: scene.person.id,
      storyVersion: 1,
    }),
  },
  AbandonNarration: {},
  CancelNarration: { fields: async (scene) => ({ narrationId: await newNarration(scene, 'pending') }), isOnce: true },
  SetPronunciation: { fields: () => ({ word: 'mill', language: 'en', phonemes: "m'Il", respelling: 'mill' }) },
  ListPronunciations: {},
  GetNarrationSettings: {},
  // Whoever wants every story told that is analysed keeps the mesh from coming to rest.
  SetNarrationSettings: {
    fields: async (scene) => ({ narratorVoiceId: await newVoice(scene), narrateWhenAnalyzed: false }),
  },
})
