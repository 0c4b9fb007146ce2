import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createFileRegistry, type FileRegistry, fromBinary } from '@bufbuild/protobuf'
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt'
import { root } from '../data-folder.ts'
import { buf } from './buf.ts'

/**
 * Generates `gen/` into a folder: code, the OpenAPI document and the descriptors that reflection serves. Nothing is
 * written to the repository. Throws a SetupError with buf's own words when the protos do not compile.
 */
export const generateInto = async (folder: string): Promise<void> => {
  await buf('generate', '-o', folder)
  const descriptors = join(folder, 'gen/descriptors.binpb')
  await buf('build', '--as-file-descriptor-set', '--exclude-source-info', '-o', descriptors)
}

/** Contracts with their comments, by default those of the repository; `folder` is for what lies between. */
export const compileContracts = async (folder: string, source: string = root): Promise<FileRegistry> => {
  const file = join(folder, 'commented.binpb')
  await buf('build', source, '--as-file-descriptor-set', '-o', file)
  return createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(file)))
}
