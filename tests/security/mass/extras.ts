import type { DescField, DescMessage } from '@bufbuild/protobuf'
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import { readDescriptors } from '../../../services/shared/presentation/descriptors.ts'

/** What is slipped in, to be found again wherever it stays. */
const taint = {
  text: 'slipped-in-text',
  id: '5115abcd-0bad-4bad-8bad-0000deadbeef',
  number: 986_543,
  time: '2001-02-03T04:05:06Z',
}

/** How any of it would look in a row or an answer, where an id or a fraction of a second may have the same digits. */
export const tainted = /slipped-in-text|5115abcd-0bad|(?<![\w.-])986543(?![\w-])|2001-02-03/

/** What people try, whatever the contracts say. */
const guesses: Readonly<Record<string, unknown>> = {
  owner: taint.id,
  ownerId: taint.id,
  owner_id: taint.id,
  role: 'super-admin',
  isAdmin: true,
  is_admin: true,
  admin: true,
  permissions: ['*'],
  price: taint.number,
  balance: taint.number,
  credits: taint.number,
  quota: taint.number,
  revision: taint.number,
  suspendedAt: taint.time,
  suspended_at: taint.time,
  passwordHash: taint.text,
  password_hash: taint.text,
  emailKey: taint.text,
  email_key: taint.text,
  hasText: true,
  analysedHash: taint.text,
  seed: taint.text,
  generation: taint.number,
  endedAt: taint.time,
  registrationSource: taint.text,
  deleted: true,
}

const ofEnum = (field: DescField): string => field.enum?.values.at(-1)?.name ?? taint.text

const jsonValue = (field: DescField): unknown => {
  if (field.name === 'roles') return ['super-admin']
  const single = () => {
    if (field.enum) return ofEnum(field)
    if (field.message) return field.message.typeName.endsWith('.Timestamp') ? taint.time : {}
    if (/(^|_)ids?$/.test(field.name)) return taint.id
    const kind = 'scalar' in field ? field.scalar : undefined
    if (kind === 8) return field.name !== 'is_active'
    return kind === 9 ? taint.text : taint.number
  }
  return field.fieldKind === 'list' ? [single()] : single()
}

/** The fields of all messages of a request's package, which tell how its context calls things. */
const fieldsAround = (input: DescMessage): DescField[] => {
  const ofPackage = (type: { kind: string; typeName: string }): type is DescMessage =>
    type.kind === 'message' && type.typeName.startsWith(`${input.file.proto.package}.`)
  return [...readDescriptors()].filter(ofPackage).flatMap(({ fields }) => fields)
}

/** What a request does not have and its context knows: names as JSON spells them, both ways, with values. */
const jsonExtras = (input: DescMessage): Record<string, unknown> => {
  const own = new Set(input.fields.flatMap(({ name, jsonName }) => [name, jsonName]))
  const known = fieldsAround(input).flatMap((field) => [
    [field.jsonName, jsonValue(field)],
    [field.name, jsonValue(field)],
  ])
  return Object.fromEntries(
    [...Object.entries(guesses), ...(known as [string, unknown][])].filter(([name]) => !own.has(name)),
  )
}

/** A request as JSON with all of that added, in its parts as well. */
export const withJsonExtras = (input: DescMessage, json: Record<string, unknown>): Record<string, unknown> => {
  const parts = input.fields.flatMap(({ jsonName, message }) => {
    const value = json[jsonName]
    const isPart =
      message && !message.typeName.startsWith('google.') && typeof value === 'object' && !Array.isArray(value)
    return isPart ? [[jsonName, withJsonExtras(message, value as Record<string, unknown>)]] : []
  })
  return { ...json, ...Object.fromEntries(parts), ...jsonExtras(input) }
}

/** Fields that a request does not have, as bytes to put behind it: under every free number up to 40, and beyond. */
export const binaryExtras = (input: DescMessage): Uint8Array => {
  const writer = new BinaryWriter()
  const own = new Set(input.fields.map(({ number }) => number))
  for (let number = 1; number <= 40; number += 1) {
    if (own.has(number)) continue
    writer.tag(number, WireType.LengthDelimited).string(number % 2 ? taint.id : taint.text)
    writer.tag(number, WireType.Varint).int32(number % 3 ? taint.number : 1)
  }
  for (const number of [1000, 50_001, 536_870_911]) writer.tag(number, WireType.LengthDelimited).string(taint.text)
  return writer.finish()
}
