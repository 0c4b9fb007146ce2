import type { FileRegistry, JsonObject } from '@bufbuild/protobuf'
import type { SchemaBook } from './schemas.ts'

const codes = [
  'canceled',
  'unknown',
  'invalid_argument',
  'deadline_exceeded',
  'not_found',
  'already_exists',
  'permission_denied',
  'resource_exhausted',
  'failed_precondition',
  'aborted',
  'out_of_range',
  'unimplemented',
  'internal',
  'unavailable',
  'data_loss',
  'unauthenticated',
]

const details = ['ErrorInfo', 'BadRequest', 'RetryInfo', 'QuotaFailure'].map((name) => `google.rpc.${name}`)

const header = (name: string, description: string, schema: JsonObject): JsonObject => ({
  name,
  in: 'header',
  description,
  schema,
})

/** Parameters of Connect's own, and of the mesh, that operations refer to. */
export const parameters: JsonObject = {
  ProtocolVersion: header('Connect-Protocol-Version', "The version of Connect's protocol.", { const: '1' }),
  Timeout: header('Connect-Timeout-Ms', 'How long the caller waits, in milliseconds.', {
    type: 'integer',
    minimum: 1,
    maximum: 9_999_999_999,
  }),
  IdempotencyKey: header(
    'Idempotency-Key',
    'For 24 hours, calls with the same key and body take effect once; another body is refused as ' +
      '`failed_precondition` with the reason IDEMPOTENCY_KEY_REUSED.',
    { type: 'string', minLength: 1 },
  ),
  Version: {
    name: 'connect',
    in: 'query',
    description: "The version of Connect's protocol.",
    schema: { const: 'v1' },
  },
  Encoding: {
    name: 'encoding',
    in: 'query',
    required: true,
    description: 'How `message` is written.',
    schema: { const: 'json' },
  },
}

export const responses: JsonObject = {
  Error: {
    description: 'The call failed; the HTTP status follows from `code`.',
    content: { 'application/json': { schema: { $ref: '#/components/schemas/connect.Error' } } },
  },
}

/** Schemas of errors and of the last message of a stream. */
export const connectSchemas = (registry: FileRegistry, book: SchemaBook): JsonObject => {
  const known = details.map((name) => registry.getMessage(name)).filter((message) => message !== undefined)
  const types = known.map(({ typeName }) => typeName)
  return {
    'connect.Error': {
      type: 'object',
      properties: {
        code: { type: 'string', enum: codes },
        message: { type: 'string', description: 'For developers; programs read `code` and the details.' },
        details: { type: 'array', items: { $ref: '#/components/schemas/connect.ErrorDetail' } },
      },
      required: ['code'],
    },
    'connect.ErrorDetail': {
      type: 'object',
      properties: {
        type: { type: 'string', description: 'The full name of a message.', examples: types },
        value: {
          type: 'string',
          contentEncoding: 'base64',
          description: 'The message in binary; padding is left out.',
        },
        debug: {
          description: 'The same message in JSON, where the server can write it.',
          ...(known.length > 0 && { anyOf: [...known.map((message) => book.refTo(message)), {}] }),
        },
      },
      required: ['type', 'value'],
    },
    'connect.EndStream': {
      type: 'object',
      description: 'The last message of every stream, which tells how it ended.',
      properties: {
        error: { $ref: '#/components/schemas/connect.Error' },
        metadata: { type: 'object', additionalProperties: { type: 'array', items: { type: 'string' } } },
      },
    },
  }
}
