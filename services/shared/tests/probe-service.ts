import { create, type MessageInitShape, setExtension, toBinary } from '@bufbuild/protobuf'
import { fileDesc, type GenService, serviceDesc } from '@bufbuild/protobuf/codegenv2'
import {
  FileDescriptorProtoSchema,
  file_google_protobuf_wrappers,
  MethodOptions_IdempotencyLevel,
  type MethodOptionsSchema,
  MethodOptionsSchema as OptionsSchema,
  type StringValueSchema,
} from '@bufbuild/protobuf/wkt'
import {
  AccessSchema,
  Audience,
  access,
  Idempotency,
  idempotency,
  RateLimitSchema,
  RateLimitScope,
  rate_limit,
} from '#gen/troupe/mesh/v1/options_pb.ts'

interface Rules {
  audience?: Audience
  permission?: string
  roles?: string[]
  sessionOnly?: boolean
  guestsOf?: string
  limit?: MessageInitShape<typeof RateLimitSchema>
  keeps?: Idempotency
  options?: MessageInitShape<typeof MethodOptionsSchema>
}

const optionsOf = ({
  audience,
  permission,
  roles = [],
  sessionOnly = false,
  guestsOf = '',
  limit,
  keeps,
  options = {},
}: Rules) => {
  const made = create(OptionsSchema, options)
  if (audience !== undefined)
    setExtension(
      made,
      access,
      create(AccessSchema, { rule: { case: 'audience', value: audience }, roles, sessionOnly, guestsOf }),
    )
  if (permission !== undefined)
    setExtension(made, access, create(AccessSchema, { rule: { case: 'permission', value: permission }, roles }))
  if (limit) setExtension(made, rate_limit, create(RateLimitSchema, limit))
  if (keeps !== undefined) setExtension(made, idempotency, keeps)
  return made
}

const anybody = { audience: Audience.PUBLIC }
const read = { idempotencyLevel: MethodOptions_IdempotencyLevel.NO_SIDE_EFFECTS }
const tenInTenSeconds = { name: 'probe.limited', limit: 10, window: { seconds: 10n } }

const method = (name: string, rules: Rules, streams: { clientStreaming?: boolean; serverStreaming?: boolean } = {}) => {
  const type = '.google.protobuf.StringValue'
  return { name, inputType: type, outputType: type, options: optionsOf(rules), ...streams }
}

const file = create(FileDescriptorProtoSchema, {
  name: 'test/probe.proto',
  package: 'test.v1',
  syntax: 'proto3',
  dependency: ['google/protobuf/wrappers.proto'],
  service: [
    {
      name: 'ProbeService',
      method: [
        method('Write', anybody),
        method('Read', { ...anybody, options: read }),
        method('Own', { audience: Audience.AUTHENTICATED }),
        method('OwnRead', { audience: Audience.AUTHENTICATED, options: read }),
        method('OwnAccount', { audience: Audience.AUTHENTICATED, sessionOnly: true }),
        method('Guests', { audience: Audience.AUTHENTICATED, guestsOf: 'probe' }),
        method('Inner', { audience: Audience.INTERNAL }),
        method('Staff', { permission: 'probe:use', roles: ['clerk'] }),
        method('StaffRead', { permission: 'probe:use', roles: ['clerk'], options: read }),
        method('Member', { permission: 'probe:see', roles: ['member'] }),
        method('Nobody', { permission: 'probe:none' }),
        method('Limited', { ...anybody, limit: tenInTenSeconds }),
        method('LimitedByAddress', {
          ...anybody,
          limit: { ...tenInTenSeconds, name: 'probe.address', scope: RateLimitScope.ADDRESS },
        }),
        method('Withheld', { ...anybody, keeps: Idempotency.WITHHELD }),
        method('Keyless', { ...anybody, keeps: Idempotency.NONE }),
        method('Unruled', {}),
        method('Watch', { ...anybody, options: read }, { serverStreaming: true }),
        method('Collect', anybody, { clientStreaming: true }),
        method('Chat', anybody, { clientStreaming: true, serverStreaming: true }),
      ],
    },
  ],
})

type Text = typeof StringValueSchema
interface Unary {
  methodKind: 'unary'
  input: Text
  output: Text
}

/** A service with one rpc for each rule that a contract can state; what they do is up to each test. */
export const ProbeService: GenService<{
  write: Unary
  read: Unary
  own: Unary
  ownRead: Unary
  ownAccount: Unary
  guests: Unary
  inner: Unary
  staff: Unary
  staffRead: Unary
  member: Unary
  nobody: Unary
  limited: Unary
  limitedByAddress: Unary
  withheld: Unary
  keyless: Unary
  unruled: Unary
  watch: { methodKind: 'server_streaming'; input: Text; output: Text }
  collect: { methodKind: 'client_streaming'; input: Text; output: Text }
  chat: { methodKind: 'bidi_streaming'; input: Text; output: Text }
}> = serviceDesc(
  fileDesc(Buffer.from(toBinary(FileDescriptorProtoSchema, file)).toString('base64').replace(/=+$/, ''), [
    file_google_protobuf_wrappers,
  ]),
  0,
)
