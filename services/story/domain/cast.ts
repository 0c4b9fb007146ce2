import { invalid } from '#shared/domain/errors.ts'
import type { Ids } from '#shared/domain/ids.ts'
import { plainText } from '#shared/domain/plain-text.ts'
import type { CharacterRole, FoundCharacter } from './analysis.ts'

/** Someone in the story. */
export interface Character {
  id: string
  /** Unique in the cast, whatever its case. */
  name: string
  aliases: string[]
  role: CharacterRole
  description: string
  traits: string[]
  mentions: number
  /** Whether the author added or changed it; such a character survives a new analysis. */
  edited: boolean
  /** The keys of the names that analyses found it by; none for one that the author added. */
  foundKeys: string[]
}

/** What names are compared by. */
export const nameKey = (name: string): string => name.normalize('NFKC').trim().replace(/\s+/g, ' ').toLowerCase()

const cut = (text: string, length: number): string => {
  const characters = [...text.replaceAll('\0', '')]
  return characters.length <= length ? characters.join('') : characters.slice(0, length).join('')
}

const listed = (texts: readonly string[], length: number): string[] =>
  texts
    .map((text) => cut(text.trim(), length))
    .filter((text) => text !== '')
    .slice(0, 20)

const characterOf = (found: FoundCharacter, key: string, id: string): Character => ({
  id,
  name: cut(found.name.trim(), 200),
  aliases: listed(found.aliases, 200),
  role: found.role,
  description: cut(found.description, 2000),
  traits: listed(found.traits, 100),
  mentions: Math.max(0, Math.round(found.mentions)),
  edited: false,
  foundKeys: [key],
})

/**
 * The cast after an analysis: what it found, and what the author made. A character that is found again keeps its id;
 * one that the author edited keeps everything but the count of its mentions. Names found twice are one character.
 */
export const castOf = (found: readonly FoundCharacter[], before: readonly Character[], ids: Ids): Character[] => {
  const cast = before.filter(({ edited }) => edited).map((character) => ({ ...character, mentions: 0 }))
  for (const one of found) {
    const key = nameKey(cut(one.name.trim(), 200))
    if (key === '') continue
    const known =
      cast.find(({ foundKeys }) => foundKeys.includes(key)) ?? cast.find(({ name }) => nameKey(name) === key)
    if (known) {
      known.mentions += Math.max(0, Math.round(one.mentions))
      if (!known.foundKeys.includes(key)) known.foundKeys = [...known.foundKeys, key]
      continue
    }
    const earlier = before.find(({ edited, foundKeys }) => !edited && foundKeys.includes(key))
    cast.push(characterOf(one, key, earlier?.id ?? ids.next()))
  }
  return cast
}

/** The character that a name which an analysis found belongs to. */
export const characterNamed = <C extends Pick<Character, 'foundKeys'>>(
  cast: readonly C[],
  foundName: string,
): C | undefined => {
  const key = nameKey(cut(foundName.trim(), 200))
  return cast.find(({ foundKeys }) => foundKeys.includes(key))
}

export type CharacterChange = {
  [Key in 'name' | 'role' | 'description' | 'traits' | 'aliases']?: Character[Key] | undefined
}

const nameOf = (text: string): string => {
  const name = plainText('name', text).trim().replace(/\s+/g, ' ')
  if (name === '') throw invalid('name', 'INVALID_NAME', 'must not be blank')
  return name
}

/** A character with what is given changed; it is the author's from now on. Throws INVALID_NAME, INVALID_TEXT. */
export const editedCharacter = (before: Character, change: CharacterChange): Character => ({
  ...before,
  name: change.name === undefined ? before.name : nameOf(change.name),
  role: change.role ?? before.role,
  description: change.description === undefined ? before.description : plainText('description', change.description),
  traits: change.traits ? listed(change.traits, 100) : before.traits,
  aliases: change.aliases ? listed(change.aliases, 200) : before.aliases,
  edited: true,
})

/** A character that the author adds. Throws INVALID_NAME, INVALID_TEXT. */
export const newCharacter = (id: string, init: CharacterChange & { name: string }): Character => {
  const blank: Character = {
    id,
    name: '',
    aliases: [],
    role: 'supporting',
    description: '',
    traits: [],
    mentions: 0,
    edited: true,
    foundKeys: [],
  }
  return editedCharacter(blank, init)
}
