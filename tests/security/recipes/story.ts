import type { Fields } from '../call.ts'
import type { Person } from '../stage/people.ts'
import { ofService, type Recipe, type Recipes, type Scene, type Trespass } from './recipe.ts'
import { newAnalysedStory, newCharacter, newPublishing, newStory, shareTokenOf } from './story-scenes.ts'

const ofDraft = async (scene: Scene): Promise<Fields> => ({ storyId: await newStory(scene) })
const ofAnalysed = async (scene: Scene): Promise<Fields> => ({ storyId: await newAnalysedStory(scene) })

/** A stranger with a link opens the story of that link, and with nothing else. */
const byLink =
  (make: (scene: Scene) => Promise<Fields>, more: Fields = {}) =>
  async (scene: Scene, another: Person): Promise<Trespass[]> => {
    const [mine, theirs] = [await make(scene), await make({ ...scene, person: another })]
    const good = await shareTokenOf(scene, String(mine.storyId))
    const ofTheirs = await shareTokenOf({ ...scene, person: another }, String(theirs.storyId))
    const right = { ...mine, ...more, shareToken: good }
    const wrong = (name: string, shareToken: string) => ({
      name: `a link that is ${name}`,
      field: 'share_token',
      fields: { ...right, shareToken },
      right,
    })
    return [
      wrong('of another story', ofTheirs),
      wrong('changed by a letter', `${good.startsWith('A') ? 'B' : 'A'}${good.slice(1)}`),
      wrong('cut short', good.slice(0, -1)),
      wrong('an access token', scene.person.token.slice(-43)),
    ]
  }

const shared = (make: (scene: Scene) => Promise<Fields>, more: Fields = {}): Recipe => ({
  fields: async (scene) => ({ ...(await make(scene)), ...more }),
  isPrivate: true,
  ids: { share_token: 'trespass' },
  trespasses: byLink(make, more),
})

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
  ListCharacters: shared(ofDraft),
  AddCharacter: draft,
  UpdateCharacter: { fields: newCharacter },
  ListEmotions: shared(ofDraft),
  PublishStory: { fields: ofAnalysed },
  GetPublishing: { fields: async (scene) => ({ storyId: (await newPublishing(scene)).storyId }) },
  WatchStory: draft,
  ShareStory: draft,
  CustomizeStory: { fields: ofDraft, ids: { default_narrator_voice_id: 'open' } },
  ExportStory: shared(ofDraft, { format: 1 }),
  ValidatePublishing: publishing,
  CompletePublishing: publishing,
  AbortPublishing: publishing,
})
