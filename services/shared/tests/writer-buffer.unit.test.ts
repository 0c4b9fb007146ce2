import { create, toBinary } from '@bufbuild/protobuf'
import { BinaryWriter } from '@bufbuild/protobuf/wire'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { StorySchema } from '#gen/troupe/story/v1/story_pb.ts'
import { shareWriterBuffer } from '../infrastructure/writer-buffer.ts'

const expected = (parts: readonly number[]): Buffer =>
  Buffer.concat(parts.map((length) => Buffer.alloc(length, length)))
const write = (writer: BinaryWriter, length: number) => writer.raw(new Uint8Array(length).fill(length))
const lengths = fc.array(fc.oneof(fc.nat(300), fc.nat(300_000)), { maxLength: 6 })

describe('writers that share a buffer', () => {
  const before = toBinary(StorySchema, create(StorySchema, { content: 'ä'.repeat(20_000) }))
  beforeAll(() => {
    shareWriterBuffer()
    shareWriterBuffer()
  })

  it('write what they wrote without', () => {
    for (let round = 0; round < 3; round += 1)
      expect(Buffer.compare(toBinary(StorySchema, create(StorySchema, { content: 'ä'.repeat(20_000) })), before)).toBe(
        0,
      )
  })

  it('do not write over each other, however they take turns, give up, or are used again', () => {
    const turn = fc.tuple(fc.nat(4), fc.constantFrom('write', 'number', 'finish', 'abandon'), fc.nat(9_000))
    const turns = fc.array(turn, { maxLength: 60, size: 'max' })
    fc.assert(
      fc.property(turns, lengths, (steps, last) => {
        const writers = Array.from({ length: 5 }, () => ({ writer: new BinaryWriter(), parts: [] as Buffer[] }))
        const results: [Uint8Array, Buffer][] = []
        for (const [who, what, length] of steps) {
          const own = writers[who] as (typeof writers)[number]
          if (what === 'write') {
            write(own.writer, length)
            own.parts.push(Buffer.alloc(length, length))
          } else if (what === 'number') {
            own.writer.fixed32(length)
            const bytes = Buffer.alloc(4)
            bytes.writeUInt32LE(length)
            own.parts.push(bytes)
          } else {
            if (what === 'finish') results.push([own.writer.finish(), Buffer.concat(own.parts)])
            else own.writer = new BinaryWriter()
            own.parts = []
          }
        }
        const writer = new BinaryWriter()
        for (const length of last) write(writer, length)
        results.push([writer.finish(), expected(last)])
        for (const [got, wanted] of results) expect(Buffer.compare(got, wanted)).toBe(0)
      }),
      { numRuns: 300 },
    )
  })

  it('keep no more than a quarter of a megabyte between them', () => {
    const writer = new BinaryWriter()
    write(writer, 1_000_000)
    writer.finish()
    const next = new BinaryWriter()
    write(next, 1)
    expect((next as unknown as { buffer: Uint8Array }).buffer.length).toBe(8 * 1024)
    next.finish()
    const third = new BinaryWriter()
    write(third, 1)
    expect((third as unknown as { buffer: Uint8Array }).buffer.length).toBe(8 * 1024)
  })
})
