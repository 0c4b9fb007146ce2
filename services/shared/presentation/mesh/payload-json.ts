import {
  type DescMessage,
  fromBinary,
  hasOption,
  type JsonObject,
  type JsonValue,
  type Registry,
  toJson,
} from '@bufbuild/protobuf'
import { pii } from '#gen/troupe/mesh/v1/options_pb.ts'

const hidden = '•••'

/** Shows an event's wire bytes as protobuf JSON; undefined when they cannot be decoded. */
export type PayloadJson = (type: string, payload: Uint8Array) => JsonObject | undefined

const isObject = (value: JsonValue): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Well-known types have a JSON form of their own and no personal data marked in them. */
const mask = (desc: DescMessage, json: JsonValue): void => {
  if (Array.isArray(json)) for (const item of json) mask(desc, item)
  if (!isObject(json) || desc.typeName.startsWith('google.protobuf.')) return
  for (const field of desc.fields) {
    const value = json[field.jsonName]
    if (value === undefined) continue
    if (hasOption(field, pii)) json[field.jsonName] = hidden
    else if (field.message) mask(field.message, field.fieldKind === 'map' ? Object.values(value as JsonObject) : value)
  }
}

/** Makes a function that shows payloads to operators: fields marked as personal data read `•••`. */
export const payloadJson =
  (descriptors: Registry): PayloadJson =>
  (type, payload) => {
    const schema = descriptors.getMessage(type)
    if (!schema) return undefined
    try {
      const json = toJson(schema, fromBinary(schema, payload), { registry: descriptors })
      if (!isObject(json)) return undefined
      mask(schema, json)
      return json
    } catch {
      return undefined // bytes of another type, or damaged: shown without fields
    }
  }
