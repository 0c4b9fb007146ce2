import { create, fromJson, setExtension, toBinary, toJson } from '@bufbuild/protobuf'
import { fileDesc, messageDesc } from '@bufbuild/protobuf/codegenv2'
import {
  FieldOptionsSchema,
  FileDescriptorProtoSchema,
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
} from '@bufbuild/protobuf/wkt'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FieldRulesSchema, field as fieldRules, file_buf_validate_validate } from '#gen/buf/validate/validate_pb.ts'
import { BatchGetUsersRequestSchema } from '#gen/troupe/identity/v1/identity_service_pb.ts'
import {
  CreateCampaignRequestSchema,
  GetDeliveryStatsRequestSchema,
} from '#gen/troupe/notification/v1/notification_service_pb.ts'
import { GetStoryRequestSchema, UpdateStoryRequestSchema } from '#gen/troupe/story/v1/story_service_pb.ts'
import { decodeTimePosition, encodePageToken } from '../application/paging.ts'
import { canonicalise } from '../presentation/canonical.ts'

const anyCase = fc.uuid().chain((id) =>
  fc.array(fc.boolean(), { minLength: id.length, maxLength: id.length }).map((upper) => ({
    id,
    written: [...id].map((letter, index) => (upper[index] ? letter.toUpperCase() : letter)).join(''),
  })),
)

describe('an id', () => {
  it('is the same however it is written, alone, in a list, and deep inside', () => {
    fc.assert(
      fc.property(anyCase, ({ id, written }) => {
        const story = create(GetStoryRequestSchema, { storyId: written })
        canonicalise(GetStoryRequestSchema, story)
        expect(story.storyId).toBe(id)
        const users = create(BatchGetUsersRequestSchema, { userIds: [written, id] })
        canonicalise(BatchGetUsersRequestSchema, users)
        expect(users.userIds).toEqual([id, id])
        const who = { case: 'users' as const, value: { userIds: [written] } }
        const campaign = create(CreateCampaignRequestSchema, { audience: { who } })
        canonicalise(CreateCampaignRequestSchema, campaign)
        expect(campaign.audience?.who).toMatchObject({ value: { userIds: [id] } })
      }),
    )
  })

  it('is found in messages that hold messages of their own type', () => {
    const id = { name: 'id', number: 2, jsonName: 'id', label: Label.OPTIONAL, type: Type.STRING }
    const more = { name: 'more', number: 1, jsonName: 'more', label: Label.REPEATED, type: Type.MESSAGE }
    const options = create(FieldOptionsSchema)
    const wellKnown = { case: 'uuid' as const, value: true }
    setExtension(options, fieldRules, create(FieldRulesSchema, { type: { case: 'string', value: { wellKnown } } }))
    const file = create(FileDescriptorProtoSchema, {
      name: 'test/tree.proto',
      package: 'test.v1',
      syntax: 'proto3',
      dependency: ['buf/validate/validate.proto'],
      messageType: [
        {
          name: 'Tree',
          field: [
            { ...more, typeName: '.test.v1.Tree' },
            { ...id, options },
          ],
        },
      ],
    })
    const encoded = Buffer.from(toBinary(FileDescriptorProtoSchema, file)).toString('base64')
    const schema = messageDesc(fileDesc(encoded, [file_buf_validate_validate]), 0)
    const tree = (letter: string) => ({ id: letter.repeat(8), more: [{ id: letter, more: [{ id: letter }] }] })
    const message = fromJson(schema, tree('A'))
    canonicalise(schema, message)
    expect(toJson(schema, message)).toEqual(tree('a'))
  })

  it('is all that changes', () => {
    const message = create(UpdateStoryRequestSchema, { storyId: '', title: 'A TITLE', content: 'SHOUTED' })
    canonicalise(UpdateStoryRequestSchema, message)
    expect(message).toMatchObject({ storyId: '', title: 'A TITLE', content: 'SHOUTED' })
  })
})

describe('a time', () => {
  const problemOf = (seconds: bigint, nanos = 0) => {
    try {
      canonicalise(GetDeliveryStatsRequestSchema, create(GetDeliveryStatsRequestSchema, { since: { seconds, nanos } }))
      return undefined
    } catch (error) {
      return (error as Error).message
    }
  }

  it('is one that a calendar has', () => {
    const [first, last] = [-62_135_596_800n, 253_402_300_799n]
    for (const seconds of [0n, first, last]) expect(problemOf(seconds)).toBeUndefined()
    for (const seconds of [first - 1n, last + 1n, 2n ** 62n, -(2n ** 63n)])
      expect(problemOf(seconds)).toContain('since')
    for (const nanos of [-1, 1_000_000_000]) expect(problemOf(0n, nanos)).toContain('since')
  })

  it('of a page is one that a database has', () => {
    const token = (time: number) => encodePageToken([time, crypto.randomUUID()])
    expect(decodeTimePosition(token(1_800_000_000_000))?.time.getTime()).toBe(1_800_000_000_000)
    for (const time of [-8_640_000_000_000_000, 8_640_000_000_000_000]) {
      expect(() => decodeTimePosition(token(time))).toThrow('next_page_token')
    }
  })
})
