import type { DescFile, FileRegistry } from '@bufbuild/protobuf'
import { Code } from '@connectrpc/connect'
import type { ServerReflectionRequest } from '#gen/grpc/reflection/v1/reflection_pb.ts'
import { ServerReflection } from '#gen/grpc/reflection/v1/reflection_pb.ts'
import type { ServerReflectionRequest as AlphaRequest } from '#gen/grpc/reflection/v1alpha/reflection_pb.ts'
import { ServerReflection as AlphaServerReflection } from '#gen/grpc/reflection/v1alpha/reflection_pb.ts'
import { type Route, route } from './route.ts'
import { indexSymbols, type Symbols } from './symbols.ts'

type Request = ServerReflectionRequest | AlphaRequest

/** What both versions of the protocol accept as an answer: they differ in nothing but their package. */
type Answer =
  | { case: 'fileDescriptorResponse'; value: { fileDescriptorProto: Uint8Array[] } }
  | { case: 'allExtensionNumbersResponse'; value: { baseTypeName: string; extensionNumber: number[] } }
  | { case: 'listServicesResponse'; value: { service: { name: string }[] } }
  | { case: 'errorResponse'; value: { errorCode: number; errorMessage: string } }

/**
 * Server reflection, `grpc.reflection.v1` and `v1alpha`, for clients that have no proto files. `descriptors` is a
 * registry or the wire bytes of a FileDescriptorSet with all imports; `serviceNames` are the services that the server
 * answers, reflection itself need not be named. What is unknown is answered by a NOT_FOUND message on the stream,
 * which stays open. Throws when `descriptors` lacks one of the services.
 */
export const reflectionServices = (
  descriptors: Uint8Array | FileRegistry,
  serviceNames: readonly string[],
): Route[] => {
  const symbols = indexSymbols(descriptors)
  const services = [...new Set([...serviceNames, ServerReflection.typeName, AlphaServerReflection.typeName])].sort()
  const missing = services.filter((name) => !symbols.registry.getService(name))
  if (missing.length > 0) throw new Error(`no descriptors for ${missing.join(', ')}`)

  async function* serverReflectionInfo<R extends Request>(requests: AsyncIterable<R>) {
    const sent = new Set<DescFile>()
    for await (const request of requests) {
      const messageResponse = answer(symbols, services, request.messageRequest, sent)
      yield { validHost: request.host, originalRequest: request, messageResponse }
    }
  }
  return [route(ServerReflection, { serverReflectionInfo }), route(AlphaServerReflection, { serverReflectionInfo })]
}

const answer = (
  symbols: Symbols,
  services: readonly string[],
  asked: Request['messageRequest'],
  sent: Set<DescFile>,
): Answer => {
  const files = (file: DescFile | undefined, what: string): Answer =>
    file
      ? { case: 'fileDescriptorResponse', value: { fileDescriptorProto: withImports(file, sent).map(symbols.bytesOf) } }
      : failure(Code.NotFound, `${what} is not known here`)
  switch (asked.case) {
    case 'listServices':
      return { case: 'listServicesResponse', value: { service: services.map((name) => ({ name })) } }
    case 'fileByFilename':
      return files(symbols.fileNamed(asked.value), `file ${asked.value}`)
    case 'fileContainingSymbol':
      return files(symbols.fileDeclaring(asked.value), `symbol ${asked.value}`)
    case 'fileContainingExtension': {
      const { containingType, extensionNumber } = asked.value
      const message = symbols.registry.getMessage(containingType)
      const extension = message && symbols.registry.getExtensionFor(message, extensionNumber)
      return files(extension?.file, `extension ${extensionNumber} of ${containingType}`)
    }
    case 'allExtensionNumbersOfType': {
      const baseTypeName = asked.value
      if (!symbols.registry.getMessage(baseTypeName)) {
        return failure(Code.NotFound, `message ${baseTypeName} is not known here`)
      }
      const extensionNumber = symbols.extensionNumbers(baseTypeName)
      return { case: 'allExtensionNumbersResponse', value: { baseTypeName, extensionNumber } }
    }
    case undefined:
      return failure(Code.InvalidArgument, 'the request asks for nothing')
  }
}

const failure = (errorCode: Code, errorMessage: string): Answer => ({
  case: 'errorResponse',
  value: { errorCode, errorMessage },
})

/**
 * The file and what it imports, however deep; each stands before its imports, so that the answer read backwards links.
 * Imports that this stream has already carried are left out; the file asked for never is, as clients expect it first.
 */
const withImports = (file: DescFile, sent: Set<DescFile>): DescFile[] => {
  const importsFirst: DescFile[] = []
  const visit = (next: DescFile): void => {
    sent.add(next)
    for (const dependency of next.dependencies) if (!sent.has(dependency)) visit(dependency)
    importsFirst.push(next)
  }
  visit(file)
  return importsFirst.reverse()
}
