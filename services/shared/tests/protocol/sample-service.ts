import { create, type Message, toBinary } from '@bufbuild/protobuf'
import { fileDesc, type GenMessage, type GenService, messageDesc, serviceDesc } from '@bufbuild/protobuf/codegenv2'
import {
  FileDescriptorProtoSchema,
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
} from '@bufbuild/protobuf/wkt'
import { allKinds } from '../echo-service.ts'

const sample = '.test.v1.Sample'
const field = (name: string, number: number, type: Type, more: object = {}) => ({
  name,
  number,
  type,
  label: Label.OPTIONAL,
  ...more,
})

const proto = create(FileDescriptorProtoSchema, {
  name: 'test/sample.proto',
  package: 'test.v1',
  syntax: 'proto3',
  messageType: [
    {
      name: 'Sample',
      field: [
        field('text', 1, Type.STRING),
        field('data', 2, Type.BYTES),
        field('count', 3, Type.INT64),
        field('ratio', 4, Type.DOUBLE),
        field('tags', 5, Type.STRING, { label: Label.REPEATED }),
        field('child', 6, Type.MESSAGE, { typeName: sample }),
      ],
    },
  ],
  service: [
    {
      name: 'SampleService',
      method: allKinds(sample),
    },
  ],
})

export type Sample = Message<'test.v1.Sample'> & {
  text: string
  data: Uint8Array
  count: bigint
  ratio: number
  tags: string[]
  child?: Sample
}

const file = fileDesc(Buffer.from(toBinary(FileDescriptorProtoSchema, proto)).toString('base64').replace(/=+$/, ''))

/** A message with one field of each nature that wire formats treat differently. */
export const SampleSchema: GenMessage<Sample> = messageDesc(file, 0)

interface Kind<K> {
  methodKind: K
  input: typeof SampleSchema
  output: typeof SampleSchema
}

/** A service with all four kinds of method; what its methods do is up to each test. */
export const SampleService: GenService<{
  read: Kind<'unary'>
  write: Kind<'unary'>
  watch: Kind<'server_streaming'>
  collect: Kind<'client_streaming'>
  chat: Kind<'bidi_streaming'>
}> = serviceDesc(file, 0)
