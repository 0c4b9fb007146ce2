import type { DescMessage } from '@bufbuild/protobuf'
import type { ConsumerDefinition } from '../../application/consumers.ts'
import { contextOf } from '../event-codec.ts'

/** The package of the events that every context publishes on its own stream. */
const meshWide = 'mesh'

/** The contexts a consumer hears, each with the events it hears of it. */
export const sourcesOf = ({
  schemas,
  everywhere,
}: Pick<ConsumerDefinition, 'schemas' | 'everywhere'>): Map<string, DescMessage[]> => {
  const pairs = schemas.flatMap((schema) => {
    const context = contextOf(schema.typeName)
    return (context === meshWide ? everywhere : [context]).map((source) => ({ source, schema }))
  })
  return new Map(
    [...Map.groupBy(pairs, ({ source }) => source)].map(([source, own]) => [source, own.map(({ schema }) => schema)]),
  )
}
