import { createFileRegistry, type DescFile, type FileRegistry, fromBinary, toBinary } from '@bufbuild/protobuf'
import { nestedTypes } from '@bufbuild/protobuf/reflect'
import { FileDescriptorProtoSchema, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt'

/** What server reflection asks of a set of proto files. */
export interface Symbols {
  registry: FileRegistry
  /** By the name it is imported by, e.g. `troupe/story/v1/story.proto`. */
  fileNamed(name: string): DescFile | undefined
  /**
   * By the full name of anything declared in it: messages, fields, oneofs, enums, their values (which by protobuf's
   * scoping stand beside their enum, not in it), extensions, services, rpcs.
   */
  fileDeclaring(symbol: string): DescFile | undefined
  /** Field numbers of all extensions of a message, ascending. */
  extensionNumbers(messageName: string): number[]
  /** A file as wire bytes, without comments and positions. */
  bytesOf(file: DescFile): Uint8Array
}

/** Indexes files given as a registry or as the wire bytes of a FileDescriptorSet with all imports. */
export const indexSymbols = (descriptors: Uint8Array | FileRegistry): Symbols => {
  const registry =
    descriptors instanceof Uint8Array
      ? createFileRegistry(fromBinary(FileDescriptorSetSchema, descriptors))
      : descriptors
  const byName = new Map<string, DescFile>()
  const bySymbol = new Map<string, DescFile>()
  const extensions = new Map<string, number[]>()
  const encoded = new Map<DescFile, Uint8Array>()
  for (const file of registry.files) {
    byName.set(file.proto.name, file)
    for (const symbol of symbolsIn(file)) bySymbol.set(symbol, file)
    for (const type of nestedTypes(file)) {
      if (type.kind !== 'extension') continue
      const numbers = extensions.get(type.extendee.typeName) ?? []
      extensions.set(type.extendee.typeName, [...numbers, type.number])
    }
  }
  return {
    registry,
    fileNamed: (name) => byName.get(name),
    fileDeclaring: (symbol) => bySymbol.get(symbol),
    extensionNumbers: (messageName) => (extensions.get(messageName) ?? []).toSorted((a, b) => a - b),
    bytesOf: (file) => {
      const known = encoded.get(file)
      if (known) return known
      const { sourceCodeInfo: _, ...proto } = file.proto
      const bytes = toBinary(FileDescriptorProtoSchema, proto)
      encoded.set(file, bytes)
      return bytes
    },
  }
}

function* symbolsIn(file: DescFile): Generator<string> {
  for (const type of nestedTypes(file)) {
    yield type.typeName
    switch (type.kind) {
      case 'message':
        for (const member of [...type.fields, ...type.oneofs]) yield `${type.typeName}.${member.name}`
        break
      case 'enum': {
        const scope = type.typeName.slice(0, -type.name.length)
        for (const value of type.values) yield scope + value.name
        break
      }
      case 'service':
        for (const method of type.methods) yield `${type.typeName}.${method.name}`
        break
    }
  }
}
