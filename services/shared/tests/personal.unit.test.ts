import type { DescMessage } from '@bufbuild/protobuf'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { UserRegisteredSchema } from '#gen/troupe/identity/v1/identity_events_pb.ts'
import { StoryCreatedSchema } from '#gen/troupe/story/v1/story_events_pb.ts'
import { KeyRing } from '../infrastructure/personal/key-ring.ts'
import { personalFields } from '../infrastructure/personal/personal-fields.ts'
import { erasedValue, isSealed, openedValue, sealedValue } from '../infrastructure/personal/sealed-value.ts'

const key = fc.uint8Array({ minLength: 32, maxLength: 32 })
const value = fc.oneof(fc.string({ minLength: 1, unit: 'grapheme' }), fc.uint8Array({ minLength: 1 }))

describe('a value of personal data', () => {
  it('is read back with its key, as text or bytes', () => {
    const check = fc.property(key, fc.string(), value, (by, about, plain) => {
      const sealed = sealedValue(by, about, plain)
      expect(typeof sealed).toBe(typeof plain)
      expect(isSealed(sealed)).toBe(true)
      expect(openedValue(by, about, sealed)).toEqual(plain)
      expect(erasedValue(sealed)).toHaveLength(0)
    })
    fc.assert(check)
  })

  it('is read with no other key, and for nobody and nothing else', () => {
    const check = fc.property(key, key, fc.string(), fc.string(), value, (by, other, about, else_, plain) => {
      fc.pre(Buffer.compare(by, other) !== 0 && about !== else_)
      const sealed = sealedValue(by, about, plain)
      expect(() => openedValue(other, about, sealed)).toThrow()
      expect(() => openedValue(by, else_, sealed)).toThrow()
    })
    fc.assert(check)
  })
})

describe('what a contract marks', () => {
  const without = (schema: DescMessage, name: string): DescMessage => ({
    ...schema,
    fields: schema.fields.filter((field) => field.name !== name),
  })

  it('names the field and whose it is', () => {
    const names = personalFields(UserRegisteredSchema).map(({ field, subject }) => [field.name, subject.name])
    expect(names).toEqual([['display_name', 'user_id']])
    expect(personalFields(StoryCreatedSchema)).toEqual([])
  })

  it('is refused without a subject beside it', () => {
    expect(() => personalFields(without(UserRegisteredSchema, 'user_id'))).toThrow(/display_name: its subject/)
  })
})

describe('a ring of keys', () => {
  const keyFor = (subject: string) => new TextEncoder().encode(subject)

  it('asks for all that are wanted at once together, and for none again within ten seconds', async () => {
    const asked: string[][] = []
    let now = 0
    const ring = new KeyRing(
      async (subjects) => {
        asked.push([...subjects])
        return new Map(subjects.map((subject) => [subject, keyFor(subject)]))
      },
      () => now,
    )
    const names = Array.from({ length: 450 }, (_, index) => `user ${index}`)
    const found = await Promise.all([...names, ...names].map((name) => ring.get(name)))
    expect(found).toEqual([...names, ...names].map(keyFor))
    expect(asked.map((some) => some.length)).toEqual([200, 200, 50])
    now = 9_999
    expect(await ring.get('user 7')).toEqual(keyFor('user 7'))
    expect(asked).toHaveLength(3)
    now = 10_001
    await ring.get('user 7')
    expect(asked).toHaveLength(4)
  })

  it('gives nothing for whom there is no key, and asks again after a failure', async () => {
    let isAway = true
    const ring = new KeyRing(async () => {
      if (isAway) throw new Error('away')
      return new Map()
    })
    await expect(ring.get('somebody')).rejects.toThrow('away')
    isAway = false
    expect(await ring.get('somebody')).toBeUndefined()
  })
})
