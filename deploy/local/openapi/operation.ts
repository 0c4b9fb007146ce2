import type { DescMethod, JsonObject } from '@bufbuild/protobuf'
import { MethodOptions_IdempotencyLevel } from '@bufbuild/protobuf/wkt'
import type { ContractOptions } from '../contracts/options.ts'
import { commentOf, described, paragraphs } from './comments.ts'
import type { SchemaBook } from './schemas.ts'

const JSON_BODY = 'application/json'
const STREAM_BODY = 'application/connect+json'

const parameter = (name: string): JsonObject => ({ $ref: `#/components/parameters/${name}` })

/** The path item of an rpc: POST, and GET for a unary one without side effects. */
export const pathItem = (method: DescMethod, options: ContractOptions, book: SchemaBook): JsonObject => {
  const isRead = method.idempotency === MethodOptions_IdempotencyLevel.NO_SIDE_EFFECTS
  const isUnary = method.methodKind === 'unary'
  const takesKey = !isRead && options.idempotency(method) !== 'IDEMPOTENCY_NONE'
  const id = `${method.parent.typeName}.${method.name}`
  const common = {
    tags: [method.parent.typeName],
    summary: method.name,
    ...described(paragraphs([commentOf(method), accessNote(method, options), rateNote(method, options)])),
    ...(method.deprecated && { deprecated: true }),
    security: security(method, options),
    responses: { 200: success(method, book), default: { $ref: '#/components/responses/Error' } },
  }
  const input = book.refTo(method.input)
  const message = { name: 'message', in: 'query', required: true, content: { [JSON_BODY]: { schema: input } } }
  return {
    ...(isRead &&
      isUnary && {
        get: {
          operationId: `${id}.get`,
          ...common,
          parameters: [parameter('Version'), parameter('Encoding'), message, parameter('Timeout')],
        },
      }),
    post: {
      operationId: id,
      ...common,
      parameters: ['ProtocolVersion', 'Timeout', ...(takesKey ? ['IdempotencyKey'] : [])].map(parameter),
      requestBody: { required: true, content: { [isUnary ? JSON_BODY : STREAM_BODY]: { schema: input } } },
    },
  }
}

const success = (method: DescMethod, book: SchemaBook): JsonObject => {
  const output = book.refTo(method.output)
  if (method.methodKind === 'unary') return { description: 'OK', content: { [JSON_BODY]: { schema: output } } }
  return {
    description:
      'A stream. Each message, of the request too, stands in an envelope: a byte of flags, its length as four bytes ' +
      '(big-endian), then JSON. The last one has flag 2 and tells how the call ended, also where it failed.',
    content: { [STREAM_BODY]: { schema: { anyOf: [output, { $ref: '#/components/schemas/connect.EndStream' }] } } },
  }
}

const isPublic = (method: DescMethod, options: ContractOptions): boolean =>
  options.access(method)?.audience === 'AUDIENCE_PUBLIC'

// A public rpc may answer more to who shows a token, such as authors' own drafts.
const security = (method: DescMethod, options: ContractOptions): JsonObject[] =>
  isPublic(method, options) ? [{}, { bearer: [] }] : [{ bearer: [] }]

const accessNote = (method: DescMethod, options: ContractOptions): string => {
  const { permission, sessionOnly } = options.access(method) ?? {}
  if (sessionOnly) return 'Not for API keys.'
  if (permission) return `Needs the permission \`${permission}\`.`
  return isPublic(method, options) ? 'Needs no token.' : ''
}

const rateNote = (method: DescMethod, options: ContractOptions): string => {
  const rate = options.rateLimit(method)
  if (!rate) return ''
  const perAddress = rate.scope === 'RATE_LIMIT_SCOPE_ADDRESS' ? ' from one address' : ''
  return `At most ${rate.limit ?? 0} calls in ${rate.window ?? '0s'}${perAddress} (\`${rate.name ?? ''}\`).`
}
