import { createHmac, hkdfSync } from 'node:crypto'
import { isIPv6 } from 'node:net'

const hex = (value: number): string => value.toString(16)

/** The eight groups of an IPv6 address, however it is written. */
const groupsOf = (address: string): number[] => {
  const [plain = ''] = address.split('%')
  // Its end may be written as an IPv4 address.
  const inGroups = plain.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...bytes: string[]) => {
    const [a, b, c, d] = bytes.slice(0, 4).map(Number) as [number, number, number, number]
    return `${hex(a * 256 + b)}:${hex(c * 256 + d)}`
  })
  const [head, tail] = inGroups
    .split('::')
    .map((part) => (part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16)))) as [
    number[],
    number[] | undefined,
  ]
  return tail ? [...head, ...Array<number>(8 - head.length - tail.length).fill(0), ...tail] : head
}

/** Within `::ffff:0:0/96` an IPv6 address is an IPv4 one, as a dual-stack socket shows it. */
const mappedOf = ([a, b, c, d, e, f, high = 0, low = 0]: number[]): string | undefined =>
  [a, b, c, d, e].every((group) => group === 0) && f === 0xffff
    ? [high >> 8, high & 255, low >> 8, low & 255].join('.')
    : undefined

/** IPv4 addresses that were written as IPv6 lose that form; all others stay as they are. */
export const plainAddress = (address: string): string =>
  isIPv6(address) ? (mappedOf(groupsOf(address)) ?? address) : address

/** What calls from an address are counted by: IPv4 addresses by themselves, IPv6 by their /64, for one host has all of that. */
export const addressKey = (address: string): string => {
  if (!isIPv6(address)) return address
  const groups = groupsOf(address)
  return mappedOf(groups) ?? `${groups.slice(0, 4).map(hex).join(':')}::/64`
}

/** Makes the mark that stands for what `addressKey` gives where counts are kept, so that nobody's address stands there. */
export const addressMarks = (masterKey: Uint8Array): ((address: string) => string) => {
  const key = Buffer.from(hkdfSync('sha256', masterKey, 'troupe mesh', 'rate-limit-addresses', 32))
  return (address) => createHmac('sha256', key).update(addressKey(address)).digest('base64url')
}
