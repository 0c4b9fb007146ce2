import type { Fields } from '../call.ts'
import type { Person } from '../stage/people.ts'
import type { Recipe, Scene, Trespass } from './recipe.ts'
import { shareTokenOf } from './story-scenes.ts'

type Make = (scene: Scene) => Promise<Fields>
type StoryOf = (scene: Scene, fields: Fields) => Promise<string>

/** A stranger with a link opens the story of that link, and with nothing else. */
const byLink =
  (make: Make, storyOf: StoryOf, more: Fields) =>
  async (scene: Scene, another: Person): Promise<Trespass[]> => {
    const other = { ...scene, person: another }
    const [mine, theirs] = [await make(scene), await make(other)]
    const good = await shareTokenOf(scene, await storyOf(scene, mine))
    const ofTheirs = await shareTokenOf(other, await storyOf(other, theirs))
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

/** What is its author's, and whoever's who has a link to the story. */
export const openedByLink = (make: Make, storyOf: StoryOf, more: Fields = {}): Recipe => ({
  fields: async (scene) => ({ ...(await make(scene)), ...more }),
  isPrivate: true,
  ids: { share_token: 'trespass' },
  trespasses: byLink(make, storyOf, more),
})
