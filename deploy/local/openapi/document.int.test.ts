import { beforeAll, describe, expect, test } from 'vitest'
import { compileSources } from '../contracts/compile-source.ts'
import { openApiDocument } from './document.ts'
import { structureProblems } from './structure.ts'

const source = `
  syntax = "proto3";
  package troupe.play.v1;
  import "buf/validate/validate.proto";
  import "google/protobuf/duration.proto";
  import "google/protobuf/struct.proto";
  import "google/protobuf/timestamp.proto";
  import "google/rpc/error_details.proto";
  import "troupe/mesh/v1/options.proto";

  // Plays on a stage.
  service PlayService {
    // Reads a play.
    rpc GetPlay(GetPlayRequest) returns (Play) {
      option idempotency_level = NO_SIDE_EFFECTS;
      option (troupe.mesh.v1.access) = { audience: AUDIENCE_PUBLIC };
    }
    // Writes a play.
    // On paper.
    rpc WritePlay(Play) returns (Play) {
      option (troupe.mesh.v1.access) = { permission: "play:write" };
      option (troupe.mesh.v1.rate_limit) = { name: "play.write" limit: 3 window: { seconds: 60 } };
    }
    // Follows a play.
    rpc WatchPlay(GetPlayRequest) returns (stream Play) {
      option idempotency_level = NO_SIDE_EFFECTS;
      option (troupe.mesh.v1.access) = { audience: AUDIENCE_AUTHENTICATED session_only: true };
    }
    // Asks for nothing twice.
    rpc SignIn(GetPlayRequest) returns (Play) {
      option (troupe.mesh.v1.access) = { audience: AUDIENCE_PUBLIC };
      option (troupe.mesh.v1.idempotency) = IDEMPOTENCY_NONE;
      option deprecated = true;
    }
    // For services only.
    rpc Rehearse(RehearseRequest) returns (RehearseRequest) {
      option (troupe.mesh.v1.access) = { audience: AUDIENCE_INTERNAL };
    }
  }
  message RehearseRequest {}
  message GetPlayRequest {
    string play_id = 1 [(buf.validate.field).string.uuid = true];
    string author_id = 2 [(buf.validate.field) = { ignore: IGNORE_IF_ZERO_VALUE string: { uuid: true } }];
    string email = 3 [(buf.validate.field) = { ignore: IGNORE_ALWAYS string: { email: true } }];
    optional string title = 4 [(buf.validate.field).string = { min_len: 3 max_len: 9 pattern: "^[a-z]*$" }];
    string text = 5 [(buf.validate.field).string = { max_bytes: 100 }];
    int32 acts = 6 [(buf.validate.field).int32 = { gte: 1 lt: 10 }];
    int64 seats = 7 [(buf.validate.field).int64 = { gte: 0 lte: 5000000000 }];
    double price = 8 [(buf.validate.field).double = { gt: -1 lte: 2.5 }];
    bytes poster = 9 [(buf.validate.field).bytes = { min_len: 4 max_len: 5 }];
    Genre genre = 10 [(buf.validate.field).enum = { defined_only: true not_in: [0] }];
    repeated string tags = 11 [(buf.validate.field).repeated = {
      min_items: 1 max_items: 3 unique: true items: { string: { max_len: 7 } }
    }];
    google.protobuf.Duration length = 12 [(buf.validate.field) = { required: true duration: { lte: { seconds: 60 } } }];
    string link = 13 [(buf.validate.field).string.uri = true];
  }
  // A play.
  message Play {
    // When it began.
    google.protobuf.Timestamp began_at = 1;
    map<string, int32> roles = 2;
    map<int32, Play> sequels = 3;
    google.protobuf.Struct extra = 4;
    google.protobuf.Value any = 5;
    double rank = 6;
    uint64 visits = 7;
    bool open = 8;
    oneof place { string hall = 9; string park = 10; }
    oneof pay { option (buf.validate.oneof).required = true; int32 coins = 11; Genre barter = 12; }
    optional string note = 13 [deprecated = true];
  }
  // What kind.
  enum Genre {
    GENRE_UNSPECIFIED = 0;
    // It ends well.
    GENRE_COMEDY = 1;
    GENRE_TRAGEDY = 2;
  }
`

interface Operation {
  description: string
  security: unknown
  parameters: { $ref?: string; name?: string }[]
  requestBody?: { content: Record<string, unknown> }
  responses: Record<string, { content: Record<string, { schema: unknown }> }>
  deprecated?: boolean
}
interface Document {
  paths: Record<string, { get?: Operation; post: Operation }>
  components: { schemas: Record<string, { properties: Record<string, unknown>; required?: string[] }> }
}

const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` })
const at = (method: string) => `/troupe.play.v1.PlayService/${method}`
const parametersOf = (operation: Operation | undefined) =>
  operation?.parameters.map(({ $ref, name }) => name ?? $ref?.split('/').at(-1))

let document: Document
beforeAll(async () => {
  const registry = await compileSources({ 'troupe/play/v1/play_service.proto': source })
  document = openApiDocument(registry) as unknown as Document
})

describe('operations', () => {
  test('the document is valid and leaves internal rpcs and their messages out', () => {
    expect(structureProblems(document)).toEqual([])
    expect(Object.keys(document.paths)).toEqual(['GetPlay', 'WritePlay', 'WatchPlay', 'SignIn'].map(at))
    expect(document.components.schemas).not.toHaveProperty(['troupe.play.v1.RehearseRequest'])
  })

  test('a read is there as GET, with its message in the query, and as POST', () => {
    const { get, post } = document.paths[at('GetPlay')]!
    expect(parametersOf(get)).toEqual(['Version', 'Encoding', 'message', 'Timeout'])
    expect(get?.parameters[2]).toMatchObject({
      in: 'query',
      required: true,
      content: { 'application/json': { schema: ref('troupe.play.v1.GetPlayRequest') } },
    })
    expect(post.requestBody?.content).toEqual({ 'application/json': { schema: ref('troupe.play.v1.GetPlayRequest') } })
    expect(post.responses['200']?.content).toEqual({ 'application/json': { schema: ref('troupe.play.v1.Play') } })
  })

  test('what changes something is POST alone, and takes an idempotency key unless it says otherwise', () => {
    expect(document.paths[at('WritePlay')]?.get).toBeUndefined()
    expect(parametersOf(document.paths[at('WritePlay')]?.post)).toContain('IdempotencyKey')
    expect(parametersOf(document.paths[at('SignIn')]?.post)).not.toContain('IdempotencyKey')
    expect(parametersOf(document.paths[at('GetPlay')]?.post)).not.toContain('IdempotencyKey')
  })

  test('streams are POST, also reads, and speak of envelopes', () => {
    const { get, post } = document.paths[at('WatchPlay')]!
    expect(get).toBeUndefined()
    expect(Object.keys(post.requestBody!.content)).toEqual(['application/connect+json'])
    const schema = { anyOf: [ref('troupe.play.v1.Play'), ref('connect.EndStream')] }
    expect(post.responses['200']?.content).toEqual({ 'application/connect+json': { schema } })
  })

  test('only public rpcs can do without a token', () => {
    expect(document.paths[at('GetPlay')]?.post.security).toEqual([{}, { bearer: [] }])
    expect(document.paths[at('WritePlay')]?.post.security).toEqual([{ bearer: [] }])
    expect(document.paths[at('WatchPlay')]?.post.security).toEqual([{ bearer: [] }])
  })

  test('comments, permissions and rate limits are told, what is not for API keys, and what is deprecated', () => {
    expect(document.paths[at('WritePlay')]?.post.description).toBe(
      'Writes a play.\nOn paper.\n\nNeeds the permission `play:write`.\n\nAt most 3 calls in 60s (`play.write`).',
    )
    expect(document.paths[at('WatchPlay')]?.post.description).toBe('Follows a play.\n\nNot for API keys.')
    expect(document.paths[at('SignIn')]?.post.deprecated).toBe(true)
  })
})

describe('schemas', () => {
  const request = () => document.components.schemas['troupe.play.v1.GetPlayRequest']!
  const play = () => document.components.schemas['troupe.play.v1.Play']!

  test.each<[string, unknown]>([
    ['playId', { type: 'string', format: 'uuid' }],
    ['authorId', { type: 'string', anyOf: [{ const: '' }, { format: 'uuid' }] }],
    ['email', { type: 'string' }],
    ['title', { type: 'string', minLength: 3, maxLength: 9, pattern: '^[a-z]*$' }],
    ['text', { type: 'string', maxLength: 100, description: 'At most 100 bytes of UTF-8.' }],
    ['acts', { type: 'integer', format: 'int32', minimum: 1, exclusiveMaximum: 10 }],
    [
      'seats',
      expect.objectContaining({
        type: 'string',
        format: 'int64',
        description: 'Bounds: at least 0, at most 5000000000.',
      }),
    ],
    ['price', { type: 'number', format: 'double', exclusiveMinimum: -1, maximum: 2.5 }],
    ['poster', { type: 'string', contentEncoding: 'base64', minLength: 6, maxLength: 8 }],
    ['genre', { ...ref('troupe.play.v1.Genre'), enum: ['GENRE_COMEDY', 'GENRE_TRAGEDY'] }],
    ['tags', { type: 'array', items: { type: 'string', maxLength: 7 }, minItems: 1, maxItems: 3, uniqueItems: true }],
    ['length', expect.objectContaining({ type: 'string', description: 'Bounds: at most 60s.' })],
  ])('the rules of %s are carried over', (field, schema) => {
    expect(request().properties[field]).toEqual(schema)
  })

  test('a field is required when leaving it out breaks a rule', () => {
    expect(request().required).toEqual(['playId', 'acts', 'poster', 'genre', 'tags', 'length', 'link'])
  })

  test.each<[string, unknown]>([
    ['beganAt', { type: 'string', format: 'date-time', description: 'When it began.' }],
    ['roles', { type: 'object', additionalProperties: { type: 'integer', format: 'int32' } }],
    ['sequels', { type: 'object', additionalProperties: ref('troupe.play.v1.Play') }],
    ['extra', { type: 'object', additionalProperties: true }],
    ['any', {}],
    [
      'rank',
      {
        oneOf: [
          { type: 'number', format: 'double' },
          { type: 'string', enum: ['NaN', 'Infinity', '-Infinity'] },
        ],
      },
    ],
    ['visits', { type: 'string', format: 'uint64', pattern: '^[0-9]+$' }],
    ['open', { type: 'boolean' }],
    ['note', { type: 'string', deprecated: true }],
  ])('%s has the form of protobuf JSON', (field, schema) => {
    expect(play().properties[field]).toEqual(schema)
  })

  test('of a oneof at most one field is set, or exactly one where it must be; an optional field is none', () => {
    const each = (...names: string[]) => names.map((name) => ({ required: [name] }))
    expect(play()).toMatchObject({
      description: 'A play.',
      allOf: [
        { oneOf: [...each('hall', 'park'), { not: { anyOf: each('hall', 'park') } }] },
        { oneOf: each('coins', 'barter') },
      ],
    })
  })

  test('an enum is its names, with their comments', () => {
    expect(document.components.schemas['troupe.play.v1.Genre']).toEqual({
      type: 'string',
      enum: ['GENRE_UNSPECIFIED', 'GENRE_COMEDY', 'GENRE_TRAGEDY'],
      description: 'What kind.\n\n- `GENRE_UNSPECIFIED`\n- `GENRE_COMEDY`: It ends well.\n- `GENRE_TRAGEDY`',
    })
  })

  test('errors carry the details of google.rpc', () => {
    const detail = document.components.schemas['connect.ErrorDetail']
    expect(detail?.properties.debug).toMatchObject({ anyOf: expect.arrayContaining([ref('google.rpc.BadRequest')]) })
    expect(Object.keys(document.components.schemas['google.rpc.ErrorInfo']!.properties)).toContain('reason')
  })
})

describe('the structural check finds', () => {
  test.each<[string, (broken: Document) => void]>([
    [
      'does not resolve',
      (broken) =>
        delete (broken.components.schemas as Partial<typeof broken.components.schemas>)['troupe.play.v1.Genre'],
    ],
    [
      'no operationId of its own',
      ({ paths }) => Object.assign(paths[at('SignIn')]!.post, { operationId: 'troupe.play.v1.PlayService.GetPlay' }),
    ],
    [
      'no property nothing',
      ({ components }) => components.schemas['troupe.play.v1.GetPlayRequest']!.required?.push('nothing'),
    ],
    ['unknown scheme key', ({ paths }) => Object.assign(paths[at('SignIn')]!.post, { security: [{ key: [] }] })],
    ['is no pattern', ({ components }) => Object.assign(components.schemas['troupe.play.v1.Play']!, { pattern: '(' })],
    ['has no response', ({ paths }) => Object.assign(paths[at('SignIn')]!.post, { responses: {} })],
    ['is used nowhere', ({ components }) => Object.assign(components.schemas, { Lost: { type: 'object' } })],
    [
      'unknown keyword nullable',
      ({ components }) => Object.assign(components.schemas['troupe.play.v1.Play']!, { nullable: true }),
    ],
  ])('"%s"', (problem, damage) => {
    const broken = structuredClone(document)
    damage(broken)
    expect(structureProblems(broken).join('\n')).toContain(problem)
  })
})
