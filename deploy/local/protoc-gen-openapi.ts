import { create, createFileRegistry } from '@bufbuild/protobuf'
import {
  CodeGeneratorResponse_Feature,
  CodeGeneratorResponseSchema,
  FileDescriptorSetSchema,
} from '@bufbuild/protobuf/wkt'
import { runNodeJs } from '@bufbuild/protoplugin'
import { openApiDocument } from './openapi/document.ts'

runNodeJs({
  name: 'protoc-gen-openapi',
  version: '1',
  run: ({ protoFile }) => {
    const document = openApiDocument(createFileRegistry(create(FileDescriptorSetSchema, { file: protoFile })))
    return create(CodeGeneratorResponseSchema, {
      supportedFeatures: BigInt(CodeGeneratorResponse_Feature.PROTO3_OPTIONAL),
      file: [{ name: 'openapi.json', content: `${JSON.stringify(document, null, 2)}\n` }],
    })
  },
})
