import type { Clock } from '#shared/domain/clock.ts'
import { notFound } from '#shared/domain/errors.ts'
import { type Character, type CharacterChange, editedCharacter } from '../domain/cast.ts'
import type { Casts, Stories } from '../domain/ports.ts'

interface Ports {
  stories: Stories
  casts: Casts
  clock: Clock
}

/** Changes a character. Throws CHARACTER_NOT_FOUND, CHARACTER_EXISTS, STORY_ARCHIVED, INVALID_NAME. */
export const updateCharacter =
  ({ stories, casts, clock }: Ports) =>
  async (author: string, storyId: string, characterId: string, change: CharacterChange): Promise<Character> => {
    const story = await stories.getOwn(author, storyId)
    story.changeCast(clock.now())
    const before = await casts.find(storyId, story.castHash, characterId)
    if (!before) throw notFound('CHARACTER_NOT_FOUND', 'the story has no such character')
    const character = editedCharacter(before, change)
    casts.save(storyId, story.castHash, character)
    return character
  }
