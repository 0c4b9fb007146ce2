import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { BatchGetUsersRequestSchema } from '#gen/troupe/identity/v1/identity_service_pb.ts'
import { oversizedList, untilTooLong } from '../presentation/list-limits.ts'

const schema = BatchGetUsersRequestSchema
const most = 100
const bytesOf = (userIds: string[]) => toBinary(schema, create(schema, { userIds }))
const large = 'x'.repeat(1000)

it('leaves a message alone whose lists are as long as they may be', () => {
  const data = bytesOf(Array.from({ length: most }, () => large))
  expect(untilTooLong(schema, data)).toBe(data)
})

it('keeps as much of a longer one as shows that it is, whatever else is in it', () => {
  // Fields that the schema does not know: a varint, eight bytes, four bytes, text, and one with a long tag.
  const others = [
    [0x78, 0x96, 0x01],
    [0x79, ...new Array(8).fill(1)],
    [0x7d, 1, 2, 3, 4],
    [0x7a, 2, 65, 66],
    [0x82, 0x80, 0x01, 1, 65],
  ]
  const check = fc.property(
    fc.array(fc.constantFrom(...others), { maxLength: 5 }),
    fc.integer({ min: 1, max: 500 }),
    (unknown, more) => {
      const items = bytesOf(Array.from({ length: most + more }, () => large))
      const data = Buffer.concat([...unknown.map((bytes) => Buffer.from(bytes)), items])
      const kept = untilTooLong(schema, data)
      const read = fromBinary(schema, kept)
      expect(read.userIds).toHaveLength(most + 1)
      expect(oversizedList(schema, read)).toEqual({ field: 'user_ids', max: most })
    },
  )
  fc.assert(check)
})

it('leaves what it cannot make out to whoever reads it', () => {
  const tail = (...bytes: number[]) => Buffer.concat([Buffer.from(bytesOf([large.repeat(70)])), Buffer.from(bytes)])
  for (const data of [
    tail(0x0b),
    tail(0x0a, 0xff),
    tail(0x0a, 50),
    tail(0xff),
    tail(0x79, 1),
    tail(...new Array(12).fill(0xff)),
  ]) {
    expect(untilTooLong(schema, data)).toBe(data)
  }
})

it('is done at once with millions of items', () => {
  const data = Buffer.alloc(4_000_000, Buffer.from([0x0a, 0x00]))
  expect(untilTooLong(schema, data).length).toBe(2 * (most + 1))
})
