import { type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf'
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import type { Random } from '../random.ts'
import type { Value } from './values.ts'

const long = (value: Value): bigint =>
  BigInt.asUintN(64, typeof value === 'bigint' ? value : BigInt(Math.trunc(Number(value) || 0)))

const writeScalar = (writer: BinaryWriter, number: number, type: ScalarType, value: Value): void => {
  if (type === ScalarType.STRING) writer.tag(number, WireType.LengthDelimited).string(String(value))
  else if (type === ScalarType.BYTES) writer.tag(number, WireType.LengthDelimited).bytes(value as Uint8Array)
  else if (type === ScalarType.DOUBLE) writer.tag(number, WireType.Bit64).double(Number(value))
  else if (type === ScalarType.FLOAT) writer.tag(number, WireType.Bit32).bytes(new Uint8Array(4))
  else writer.tag(number, WireType.Varint).uint64(type === ScalarType.BOOL ? (value ? 1 : 0) : long(value))
}

const writeOne = (writer: BinaryWriter, field: DescField, value: Value): void => {
  if (field.message)
    writer.tag(field.number, WireType.LengthDelimited).bytes(encode(field.message, value as Record<string, Value>))
  else if (field.enum) writer.tag(field.number, WireType.Varint).uint64(long(value))
  else
    writeScalar(
      writer,
      field.number,
      'scalar' in field ? (field.scalar ?? ScalarType.STRING) : ScalarType.STRING,
      value,
    )
}

/** The wire bytes of values by local names, whether or not they are what the contract allows. */
export const encode = (input: DescMessage, values: Readonly<Record<string, Value>>): Uint8Array => {
  const writer = new BinaryWriter()
  for (const field of input.fields) {
    const value = values[field.localName]
    if (value === undefined || value === null || field.fieldKind === 'map') continue
    for (const each of field.fieldKind === 'list' && Array.isArray(value) ? value : [value])
      writeOne(writer, field, each)
  }
  return writer.finish()
}

const spliced = (bytes: Uint8Array, at: number, remove: number, insert: Uint8Array): Uint8Array =>
  Buffer.concat([bytes.subarray(0, at), insert, bytes.subarray(at + remove)])

const flipped = (bytes: Uint8Array, random: Random): Uint8Array => {
  const copy = Uint8Array.from(bytes)
  for (let times = 1 + random.whole(4); times > 0 && copy.length > 0; times -= 1) {
    const at = random.whole(copy.length)
    copy[at] = (copy[at] ?? 0) ^ (1 << random.whole(8))
  }
  return copy
}

/** What no well-behaved encoder writes. */
const oddities: readonly Uint8Array[] = [
  Uint8Array.of(0x00), // field number 0
  Uint8Array.of(0x0b, 0x0b, 0x0b), // groups that never end
  Uint8Array.of(0x0c), // the end of a group that never began
  Uint8Array.of(0x0f), // a wire type that does not exist
  Uint8Array.of(0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f), // four gigabytes to come
  Uint8Array.of(0x08, ...Array<number>(10).fill(0xff), 0x01), // a number of more than 64 bits
  Uint8Array.of(0x0a, 0x02, 0xc3, 0x28), // text that is no UTF-8
  Uint8Array.of(0x0a, 0x03, 0xed, 0xa0, 0x80), // half a surrogate pair
  Uint8Array.of(...Array<number>(300).fill(0x0b)), // groups in groups
]

/** Spoils bytes a little, or a lot. */
export const mutateBytes = (bytes: Uint8Array, random: Random): Uint8Array => {
  const at = random.whole(bytes.length + 1)
  switch (random.whole(9)) {
    case 0:
      return flipped(bytes, random)
    case 1:
      return bytes.subarray(0, at)
    case 2:
      return Buffer.concat([bytes, bytes])
    case 3:
      return spliced(bytes, at, 0, random.bytes(1 + random.whole(20)))
    case 4:
      return spliced(bytes, at, random.whole(8), new Uint8Array())
    case 5:
      return Buffer.concat([bytes, random.pick(oddities)])
    case 6:
      return Buffer.concat([random.pick(oddities), bytes])
    case 7:
      return random.bytes(random.whole(200))
    default:
      return bytes
  }
}
