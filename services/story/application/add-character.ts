import type { Clock } from '#shared/domain/clock.ts'
import type { Ids } from '#shared/domain/ids.ts'
import { type Character, type CharacterChange, newCharacter } from '../domain/cast.ts'
import type { Casts, Stories } from '../domain/ports.ts'

interface Ports {
  stories: Stories
  casts: Casts
  clock: Clock
  ids: Ids
}

/** Adds a character to a story's cast. Throws CHARACTER_EXISTS, STORY_ARCHIVED, INVALID_NAME. */
export const addCharacter =
  ({ stories, casts, clock, ids }: Ports) =>
  async (author: string, storyId: string, init: CharacterChange & { name: string }): Promise<Character> => {
    const story = await stories.getOwn(author, storyId)
    story.changeCast(clock.now())
    const character = newCharacter(ids.next(), init)
    casts.save(storyId, story.castHash, character)
    return character
  }
