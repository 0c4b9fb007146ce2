import { create, toBinary } from '@bufbuild/protobuf'
import { fileDesc, type GenService, serviceDesc } from '@bufbuild/protobuf/codegenv2'
import {
  FileDescriptorProtoSchema,
  file_google_protobuf_wrappers,
  MethodOptions_IdempotencyLevel,
  type StringValueSchema,
} from '@bufbuild/protobuf/wkt'

const text = '.google.protobuf.StringValue'
const read = { idempotencyLevel: MethodOptions_IdempotencyLevel.NO_SIDE_EFFECTS }

/** A method of each kind, two of them unary, that take and answer one type. */
export const allKinds = (type: string) => {
  const io = { inputType: type, outputType: type }
  return [
    { name: 'Read', ...io, options: read },
    { name: 'Write', ...io },
    { name: 'Watch', ...io, options: read, serverStreaming: true },
    { name: 'Collect', ...io, clientStreaming: true },
    { name: 'Chat', ...io, clientStreaming: true, serverStreaming: true },
  ]
}

const file = create(FileDescriptorProtoSchema, {
  name: 'test/echo.proto',
  package: 'test.v1',
  syntax: 'proto3',
  dependency: ['google/protobuf/wrappers.proto'],
  service: [
    {
      name: 'EchoService',
      method: allKinds(text),
    },
  ],
})

type Text = typeof StringValueSchema

/** A service with all four kinds of method, for testing transports: what its methods do is up to each test. */
export const EchoService: GenService<{
  read: { methodKind: 'unary'; input: Text; output: Text }
  write: { methodKind: 'unary'; input: Text; output: Text }
  watch: { methodKind: 'server_streaming'; input: Text; output: Text }
  collect: { methodKind: 'client_streaming'; input: Text; output: Text }
  chat: { methodKind: 'bidi_streaming'; input: Text; output: Text }
}> = serviceDesc(
  fileDesc(Buffer.from(toBinary(FileDescriptorProtoSchema, file)).toString('base64').replace(/=+$/, ''), [
    file_google_protobuf_wrappers,
  ]),
  0,
)
