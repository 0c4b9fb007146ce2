import type { JsonObject } from '@bufbuild/protobuf'
import { ScalarType } from '@bufbuild/protobuf'

const integer = (format: string): JsonObject => ({ type: 'integer', format })
// Beyond 2^53 a JSON number is not exact: protobuf writes 64-bit integers as strings.
const long = (format: string, pattern: string): JsonObject => ({ type: 'string', format, pattern })
const float = (format: string): JsonObject => ({
  oneOf: [
    { type: 'number', format },
    { type: 'string', enum: ['NaN', 'Infinity', '-Infinity'] },
  ],
})
const text: JsonObject = { type: 'string' }
const base64: JsonObject = { type: 'string', contentEncoding: 'base64' }

const scalars: Record<ScalarType, JsonObject> = {
  [ScalarType.DOUBLE]: float('double'),
  [ScalarType.FLOAT]: float('float'),
  [ScalarType.INT64]: long('int64', '^-?[0-9]+$'),
  [ScalarType.SINT64]: long('int64', '^-?[0-9]+$'),
  [ScalarType.SFIXED64]: long('int64', '^-?[0-9]+$'),
  [ScalarType.UINT64]: long('uint64', '^[0-9]+$'),
  [ScalarType.FIXED64]: long('uint64', '^[0-9]+$'),
  [ScalarType.INT32]: integer('int32'),
  [ScalarType.SINT32]: integer('int32'),
  [ScalarType.SFIXED32]: integer('int32'),
  [ScalarType.UINT32]: { ...integer('uint32'), minimum: 0 },
  [ScalarType.FIXED32]: { ...integer('uint32'), minimum: 0 },
  [ScalarType.BOOL]: { type: 'boolean' },
  [ScalarType.STRING]: text,
  [ScalarType.BYTES]: base64,
}

/** How protobuf JSON writes a scalar. */
export const scalarSchema = (type: ScalarType): JsonObject => scalars[type]

const nullable = (type: ScalarType): JsonObject => ({ anyOf: [scalarSchema(type), { type: 'null' }] })

const wellKnown: Record<string, JsonObject> = {
  'google.protobuf.Timestamp': { type: 'string', format: 'date-time' },
  'google.protobuf.Duration': { type: 'string', pattern: '^-?[0-9]+(\\.[0-9]{1,9})?s$', examples: ['1.5s'] },
  'google.protobuf.FieldMask': { type: 'string', description: 'Paths of fields, with commas between them.' },
  'google.protobuf.Struct': { type: 'object', additionalProperties: true },
  'google.protobuf.Value': {},
  'google.protobuf.ListValue': { type: 'array', items: {} },
  'google.protobuf.NullValue': { type: 'null' },
  'google.protobuf.Empty': { type: 'object', additionalProperties: false },
  'google.protobuf.Any': {
    type: 'object',
    properties: { '@type': { type: 'string', description: 'A URL whose last part is the full name of the message.' } },
    required: ['@type'],
    additionalProperties: true,
  },
  'google.protobuf.DoubleValue': nullable(ScalarType.DOUBLE),
  'google.protobuf.FloatValue': nullable(ScalarType.FLOAT),
  'google.protobuf.Int64Value': nullable(ScalarType.INT64),
  'google.protobuf.UInt64Value': nullable(ScalarType.UINT64),
  'google.protobuf.Int32Value': nullable(ScalarType.INT32),
  'google.protobuf.UInt32Value': nullable(ScalarType.UINT32),
  'google.protobuf.BoolValue': nullable(ScalarType.BOOL),
  'google.protobuf.StringValue': nullable(ScalarType.STRING),
  'google.protobuf.BytesValue': nullable(ScalarType.BYTES),
}

/** How protobuf JSON writes one of the messages and enums that have a form of their own. */
export const wellKnownSchema = (typeName: string): JsonObject | undefined => wellKnown[typeName]
