import {
  type DescEnum,
  type DescField,
  type DescMessage,
  type DescOneof,
  type JsonObject,
  ScalarType,
} from '@bufbuild/protobuf'
import { FeatureSet_FieldPresence } from '@bufbuild/protobuf/wkt'
import type { FieldRules } from '../contracts/option-types.ts'
import type { ContractOptions } from '../contracts/options.ts'
import { commentOf, described, paragraphs } from './comments.ts'
import { constraintsOf, mustBeSet, notesOf, sparesZero } from './rules.ts'
import { scalarSchema, wellKnownSchema } from './well-known.ts'

/** Schemas under `components`, collected as they are referred to. */
export interface SchemaBook {
  /** Refers to a type as protobuf JSON writes it, and takes it and what it consists of into the book. */
  refTo(type: DescMessage | DescEnum): JsonObject
  /** All that was referred to, by full name, sorted. */
  all(): JsonObject
}

export const schemaBook = (options: ContractOptions): SchemaBook => {
  const known = new Map<string, JsonObject>()

  const refTo = (type: DescMessage | DescEnum): JsonObject => {
    const wellKnown = wellKnownSchema(type.typeName)
    if (wellKnown) return wellKnown
    if (!known.has(type.typeName)) {
      known.set(type.typeName, {}) // a message may contain itself
      known.set(type.typeName, type.kind === 'enum' ? enumSchema(type) : messageSchema(type))
    }
    return { $ref: `#/components/schemas/${type.typeName}` }
  }

  const messageSchema = (message: DescMessage): JsonObject => {
    const required = message.fields.filter((field) => mustBeSet(options.fieldRules(field), hasPresence(field)))
    const choices = message.oneofs.map((oneof) => choiceSchema(oneof, options.oneofRules(oneof)?.required ?? false))
    const allOf = choices.filter((choice) => choice !== undefined)
    return {
      type: 'object',
      ...described(commentOf(message)),
      properties: Object.fromEntries(message.fields.map((field) => [field.jsonName, fieldSchema(field)])),
      ...(required.length > 0 && { required: required.map(({ jsonName }) => jsonName) }),
      ...(allOf.length > 0 && { allOf }),
    }
  }

  const fieldSchema = (field: DescField): JsonObject => {
    const rules = options.fieldRules(field)
    const description = paragraphs([commentOf(field), notesOf(rules), notesOf(rules?.repeated?.items)])
    const deprecated = field.deprecated && { deprecated: true }
    switch (field.fieldKind) {
      case 'list': {
        const list = { type: 'array', items: valueSchema(field, rules?.repeated?.items) }
        return { ...constrained(list, rules, []), ...described(description), ...deprecated }
      }
      case 'map': {
        const map = { type: 'object', additionalProperties: valueSchema(field, undefined) }
        return { ...map, ...described(description), ...deprecated }
      }
      default:
        return { ...valueSchema(field, rules), ...described(description), ...deprecated }
    }
  }

  /** A field's value; of a list or map, one of its values. */
  const valueSchema = (field: DescField, rules: FieldRules | undefined): JsonObject => {
    if (field.message) return refTo(field.message)
    if (field.enum) return constrained(refTo(field.enum), rules, field.enum.values[0]?.name ?? '', field.enum)
    const schema = scalarSchema(field.scalar)
    // A bounded number is never NaN or infinite, so it needs no alternative in words.
    if (rules?.double) return constrained({ type: 'number', format: 'double' }, rules, 0)
    return constrained(schema, rules, zeroes[field.scalar] ?? 0)
  }

  return { refTo, all: () => Object.fromEntries([...known].sort(([a], [b]) => (a < b ? -1 : 1))) }
}

// Numbers of 32 bits are 0.
const zeroes: Partial<Record<ScalarType, string | boolean>> = {
  [ScalarType.STRING]: '',
  [ScalarType.BYTES]: '',
  [ScalarType.BOOL]: false,
  [ScalarType.INT64]: '0',
  [ScalarType.UINT64]: '0',
}

const constrained = (
  schema: JsonObject,
  rules: FieldRules | undefined,
  zero: string | number | boolean | [],
  type?: DescEnum,
): JsonObject => {
  const constraints = constraintsOf(rules, type)
  if (Object.keys(constraints).length === 0) return schema
  return sparesZero(rules) ? { ...schema, anyOf: [{ const: zero }, constraints] } : { ...schema, ...constraints }
}

const hasPresence = (field: DescField): boolean => field.presence !== FeatureSet_FieldPresence.IMPLICIT

/** Exactly one of a oneof's fields, or at most one where it may stay unset. */
const choiceSchema = ({ fields }: DescOneof, mustChoose: boolean): JsonObject | undefined => {
  const each = fields.map(({ jsonName }) => ({ required: [jsonName] }))
  if (mustChoose) return { oneOf: each }
  return each.length > 1 ? { oneOf: [...each, { not: { anyOf: each } }] } : undefined
}

const enumSchema = (type: DescEnum): JsonObject => {
  const values = type.values.map((value) => {
    const comment = commentOf(value).replaceAll('\n', ' ')
    return comment ? `- \`${value.name}\`: ${comment}` : `- \`${value.name}\``
  })
  return {
    type: 'string',
    enum: type.values.map(({ name }) => name),
    ...described(paragraphs([commentOf(type), values.join('\n')])),
  }
}
