import type { DescMethod, DescService, FileRegistry, JsonObject } from '@bufbuild/protobuf'
import { contractOptions } from '../contracts/options.ts'
import { commentOf, described } from './comments.ts'
import { connectSchemas, parameters, responses } from './connect.ts'
import { pathItem } from './operation.ts'
import { schemaBook } from './schemas.ts'

/**
 * An OpenAPI 3.1 document of all `troupe.*` services as the Connect protocol serves them over HTTP, without the rpcs
 * that only services of the mesh may call. Descriptions need descriptors with source info.
 */
export const openApiDocument = (registry: FileRegistry): JsonObject => {
  const options = contractOptions(registry)
  const book = schemaBook(options)
  const methods = servicesOf(registry).flatMap((service) => service.methods)
  const callable = methods.filter((method) => options.access(method)?.audience !== 'AUDIENCE_INTERNAL')
  const paths = Object.fromEntries(callable.map((method) => [pathOf(method), pathItem(method, options, book)]))
  const services = [...new Set(callable.map((method) => method.parent))]
  const connect = connectSchemas(registry, book)
  return {
    openapi: '3.1.0',
    info: {
      title: 'Troupe',
      version: '1',
      description: 'Every rpc by the Connect protocol: JSON over HTTP. The same paths speak gRPC and gRPC-Web.',
      license: { name: 'Apache License 2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: services.map((service) => ({ name: service.typeName, ...described(commentOf(service)) })),
    paths,
    components: {
      schemas: { ...connect, ...book.all() },
      parameters,
      responses,
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT or API key' } },
    },
  }
}

const pathOf = (method: DescMethod): string => `/${method.parent.typeName}/${method.name}`

const servicesOf = (registry: FileRegistry): DescService[] =>
  [...registry]
    .filter((type) => type.kind === 'service')
    .filter(({ typeName }) => typeName.startsWith('troupe.'))
    .sort((a, b) => (a.typeName < b.typeName ? -1 : 1))
