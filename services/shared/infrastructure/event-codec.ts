import {
  createRegistry,
  type DescFile,
  type DescMessage,
  fromBinary,
  getOption,
  hasOption,
  type Message,
  toBinary,
  toJson,
} from '@bufbuild/protobuf'
import { event as eventOption, Retention, Visibility } from '#gen/troupe/mesh/v1/options_pb.ts'
import { oncePer } from '../domain/once-per.ts'
import { personalFields } from './personal/personal-fields.ts'

const days = 24 * 60 * 60 * 1000

/** What a message's `event` option says, with defaults resolved. */
export interface EventContract {
  aggregate: string
  /** The context that publishes it. */
  context: string
  retentionMs: number
  published: boolean
}

/** The context of a type name: `troupe.story.v1.StoryCreated` → `story`. */
export const contextOf = (typeName: string): string => typeName.split('.')[1] as string

/**
 * The contract of an event message. Throws for a message without the option, for it is no event, and for personal data
 * that cannot be sealed.
 */
export const eventContract = oncePer((schema: DescMessage): EventContract => {
  if (!hasOption(schema, eventOption)) throw new Error(`${schema.typeName} has no (troupe.mesh.v1.event) option`)
  personalFields(schema)
  const option = getOption(schema, eventOption)
  return {
    aggregate: option.aggregate,
    context: contextOf(schema.typeName),
    retentionMs: (option.retention === Retention.AUDIT ? 30 : 7) * days,
    published: option.visibility !== Visibility.INTERNAL,
  }
})

/** The contracts of all events a file declares, by type name. */
export const contractsOf = (file: DescFile): Map<string, EventContract> =>
  new Map(
    file.messages
      .filter((message) => hasOption(message, eventOption))
      .map((message) => [message.typeName, eventContract(message)]),
  )

/** The subject an event goes out on: `troupe.story.v1.StoryCreated`, under the context that publishes it. */
export const subjectOf = (context: string, typeName: string): string => {
  const [, , version, ...name] = typeName.split('.')
  return `troupe.${context}.${version}.${name.join('.')}`
}

export interface EncodedEvent {
  type: string
  aggregateType: string
  payload: Uint8Array
  json: string
}

export const encodeEvent = (schema: DescMessage, message: Message): EncodedEvent => ({
  type: schema.typeName,
  aggregateType: eventContract(schema).aggregate,
  payload: toBinary(schema, message),
  json: JSON.stringify(toJson(schema, message)),
})

/** Decodes events of known types. */
export const eventDecoder = (schemas: readonly DescMessage[]) => {
  const registry = createRegistry(...schemas)
  return {
    schema: (type: string): DescMessage | undefined => registry.getMessage(type),
    /** Throws when the bytes are not of the type. */
    decode: (schema: DescMessage, payload: Uint8Array): Message => fromBinary(schema, payload),
  }
}
