import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addressKey, addressMarks, plainAddress } from '../infrastructure/network-address.ts'

const group = fc.integer({ min: 0, max: 0xffff })
const groups = fc.array(group, { minLength: 8, maxLength: 8 })
const half = fc.tuple(group, group, group, group)
const hex = (value: number) => value.toString(16)

/** Ways to write the same eight groups. */
const spellings = (all: readonly number[]): string[] => {
  const plain = all.map(hex)
  const forms = [
    plain.join(':'),
    plain.map((text) => text.padStart(4, '0').toUpperCase()).join(':'),
    `${plain.slice(0, 6).join(':')}:${all
      .slice(6)
      .flatMap((value) => [value >> 8, value & 255])
      .join('.')}`,
    `${plain.join(':')}%eth0`,
  ]
  for (let from = 0; from < 8; from += 1) {
    for (let to = from + 1; to <= 8 && all[to - 1] === 0; to += 1) {
      forms.push(`${plain.slice(0, from).join(':')}::${plain.slice(to).join(':')}`)
    }
  }
  return forms
}

describe('what calls from an address are counted by', () => {
  it('is the /64 of IPv6, however it is written', () => {
    expect(addressKey('2001:db8:0:1::5')).toBe('2001:db8:0:1::/64')
    expect(addressKey('2001:0DB8:0:1:ffff:0:0:1')).toBe('2001:db8:0:1::/64')
    expect(addressKey('1::2:3:4:5:6:7')).toBe('1:0:2:3::/64')
    expect(addressKey('::1')).toBe('0:0:0:0::/64')
    expect(addressKey('::')).toBe('0:0:0:0::/64')
    expect(addressKey('fe80::1%eth0')).toBe('fe80:0:0:0::/64')
    const some = fc.oneof(groups, fc.array(fc.constantFrom(0, 0, 1, 0xdb8), { minLength: 8, maxLength: 8 }))
    fc.assert(
      fc.property(some, (all) => {
        const keys = new Set(spellings(all).map(addressKey))
        expect([...keys]).toEqual([addressKey(all.map(hex).join(':'))])
      }),
    )
  })

  it('is the same for two IPv6 addresses where their first 64 bits are, and only there', () => {
    const keyOf = (head: readonly number[], tail: readonly number[]) =>
      addressKey([...head, ...tail].map(hex).join(':'))
    fc.assert(
      fc.property(half, half, half, half, (head, otherHead, tail, otherTail) => {
        expect(keyOf(head, tail)).toBe(keyOf(head, otherTail))
        expect(keyOf(head, tail) === keyOf(otherHead, tail)).toBe(String(head) === String(otherHead))
      }),
    )
  })

  it('is an IPv4 address by itself, also where it was written as IPv6', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number)
        const asGroups = [a * 256 + b, c * 256 + d].map(hex).join(':')
        for (const form of [address, `::ffff:${address}`, `::FFFF:${asGroups}`, `0:0:0:0:0:ffff:${asGroups}`]) {
          expect(addressKey(form)).toBe(address)
          expect(plainAddress(form)).toBe(address)
        }
      }),
    )
  })

  it('stays what it is where it is no address', () => {
    for (const text of ['', 'unknown', '1.2.3', 'x::y']) expect(addressKey(text)).toBe(text)
    for (const address of ['2001:db8::1', '::1', '::1.2.3.4']) expect(plainAddress(address)).toBe(address)
  })
})

it('a mark tells nothing of the address to who has not the master key', () => {
  const [one, other] = [addressMarks(new Uint8Array(32)), addressMarks(new Uint8Array(32).fill(1))]
  expect(one('2001:db8::1')).toBe(one('2001:db8::2'))
  expect(one('192.0.2.1')).not.toBe(one('192.0.2.2'))
  expect(one('192.0.2.1')).not.toBe(other('192.0.2.1'))
})
