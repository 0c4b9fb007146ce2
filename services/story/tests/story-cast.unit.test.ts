import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FoundCharacter } from '../domain/analysis.ts'
import { type Character, castOf, characterNamed, editedCharacter, nameKey, newCharacter } from '../domain/cast.ts'

const idsFrom = (prefix: string) => {
  let n = 0
  return {
    next: () => {
      n += 1
      return `${prefix}${n}`
    },
  }
}

const found = (name: string, mentions = 1): FoundCharacter => ({
  name,
  aliases: [],
  role: 'supporting',
  description: '',
  traits: [],
  mentions,
})

describe('a cast', () => {
  it('takes names found twice for one character', () => {
    const cast = castOf([found('Wolf', 2), found(' wolf ', 3), found('')], [], idsFrom('a'))
    expect(cast).toMatchObject([{ id: 'a1', name: 'Wolf', mentions: 5 }])
  })

  it('gives a character that is found again its id, and lets go of one that is not', () => {
    const before = castOf([found('Wolf'), found('Fox')], [], idsFrom('a'))
    const after = castOf([found('Owl'), found('WOLF', 7)], before, idsFrom('b'))
    expect(after.map(({ id, name }) => [id, name])).toEqual([
      ['b1', 'Owl'],
      ['a1', 'WOLF'],
    ])
  })

  it('finds a renamed character by the name it had', () => {
    const [wolf] = castOf([found('Wolf')], [], idsFrom('a')) as [Character]
    const renamed = editedCharacter(wolf, { name: 'Isegrim' })
    const after = castOf([found('Wolf', 4)], [renamed], idsFrom('b'))
    expect(after).toMatchObject([{ id: 'a1', name: 'Isegrim', mentions: 4, edited: true }])
    expect(characterNamed(after, 'wolf')?.id).toBe('a1')
  })

  it('cuts what would not fit', () => {
    const long = { ...found('x'.repeat(300)), description: 'd\0'.repeat(3000), traits: Array(30).fill('t'.repeat(200)) }
    const [character] = castOf([long], [], idsFrom('a')) as [Character]
    expect(character.name).toHaveLength(200)
    expect(character.description).toBe('d'.repeat(2000))
    expect(character.traits).toHaveLength(20)
    expect(character.traits[0]).toHaveLength(100)
    expect(characterNamed([character], 'x'.repeat(300))).toBe(character)
  })

  it('keeps one character of a name, all that were edited, and a speaker for every name', () => {
    const name = fc.constantFrom('Wolf', 'wolf', 'Fox', 'Owl', 'The  Owl', 'the owl', 'Bear')
    const step = fc.oneof(
      fc.record({ kind: fc.constant('analyse' as const), names: fc.array(name, { maxLength: 5 }) }),
      fc.record({ kind: fc.constant('rename' as const), which: fc.nat(4), name }),
      fc.record({ kind: fc.constant('add' as const), name }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const ids = idsFrom('c')
        let cast: Character[] = []
        const isTaken = (wanted: string, id: string) =>
          cast.some((other) => other.id !== id && nameKey(other.name) === nameKey(wanted))
        for (const one of steps) {
          const edited = cast.filter((character) => character.edited).map(({ id, name }) => [id, name])
          if (one.kind === 'analyse') {
            cast = castOf(
              one.names.map((each) => found(each)),
              cast,
              ids,
            )
            for (const each of one.names) expect(characterNamed(cast, each)).toBeDefined()
            expect(cast.filter((character) => character.edited).map(({ id, name }) => [id, name])).toEqual(edited)
            expect(cast.reduce((sum, { mentions }) => sum + mentions, 0)).toBe(one.names.length)
          } else if (one.kind === 'add') {
            if (!isTaken(one.name, '')) cast = [...cast, newCharacter(ids.next(), { name: one.name })]
          } else {
            const old = cast[one.which]
            if (old && !isTaken(one.name, old.id)) {
              cast = cast.map((each) => (each === old ? editedCharacter(old, { name: one.name }) : each))
            }
          }
          expect(new Set(cast.map((character) => nameKey(character.name))).size).toBe(cast.length)
          expect(new Set(cast.map(({ id }) => id)).size).toBe(cast.length)
        }
      }),
      { numRuns: 500 },
    )
  })
})
