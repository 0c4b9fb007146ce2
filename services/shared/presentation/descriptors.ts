import { readFileSync } from 'node:fs'
import { createFileRegistry, type DescService, type FileRegistry, fromBinary } from '@bufbuild/protobuf'
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt'

let registry: FileRegistry | undefined

/** The descriptors of every contract, hosted here or not; read once. */
export const readDescriptors = (): FileRegistry => {
  const read = () =>
    fromBinary(FileDescriptorSetSchema, readFileSync(new URL('../../../gen/descriptors.binpb', import.meta.url)))
  registry ??= createFileRegistry(read())
  return registry
}

/** Every service that a contract declares. */
export const allServices = (): DescService[] => [...readDescriptors()].filter((type) => type.kind === 'service')
