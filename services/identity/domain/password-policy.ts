import type { Email } from '#shared/domain/email.ts'
import { invalid } from '#shared/domain/errors.ts'
import { commonPasswords } from './common-passwords.ts'

const lookAlikes: Readonly<Record<string, string>> = {
  '@': 'a',
  '4': 'a',
  '3': 'e',
  '1': 'i',
  '!': 'i',
  '0': 'o',
  $: 's',
  '5': 's',
  '7': 't',
}

const withoutLookAlikes = (text: string): string => text.replace(/[@431!0$57]/g, (sign) => lookAlikes[sign] as string)

/** The text itself, and what is left of it without up to four signs or a common row of digits before or after it. */
const stems = (text: string): string[] => {
  const result = [text]
  for (const ending of [/^(.*?)([^\p{L}]{1,4})$/u, /^(.*?)(\d+)$/u, /^(.*?)([\d\p{P}\p{S}]+)$/u]) {
    const [, stem = '', rest = ''] = ending.exec(text) ?? []
    if (stem && (rest.length <= 4 || commonPasswords.has(rest.replace(/\D/g, '')))) result.push(stem)
  }
  const [, start = '', stem = ''] = /^([^\p{L}]{1,4})(.*)$/u.exec(text) ?? []
  if (start && stem) result.push(stem)
  return result
}

const isRepeated = (text: string): boolean => /^(.{1,4})\1+.?$/u.test(text)

const isSequence = (text: string): boolean => {
  const codes = [...text].map((sign) => sign.codePointAt(0) as number)
  const step = (codes[1] ?? 0) - (codes[0] ?? 0)
  return (
    Math.abs(step) === 1 && codes.every((code, index) => index === 0 || code - (codes[index - 1] as number) === step)
  )
}

const isCommon = (password: string, own: readonly string[]): boolean => {
  if (isRepeated(password) || isSequence(password)) return true
  const forms = [...stems(password), ...stems(withoutLookAlikes(password)), ...stems(password).map(withoutLookAlikes)]
  return forms.some((form) => commonPasswords.has(form) || own.includes(form))
}

/** The form of a password that is hashed: what looks the same is the same, however a keyboard composes it. */
export const normalizePassword = (password: string): string => password.normalize('NFKC')

/**
 * Refuses what is guessed first, whatever its case: common passwords, with look-alike signs or a short ending too,
 * repetitions, sequences, and the account's own address. Throws INVALID_PASSWORD or PASSWORD_TOO_COMMON.
 */
export const checkPassword = (password: string, email: Email, field = 'password'): void => {
  const length = [...password].length
  if (length < 8 || length > 128) throw invalid(field, 'INVALID_PASSWORD', 'must have 8–128 characters')
  const [localPart = '', domain = ''] = email.normalized.split('@')
  const own = [email.normalized, localPart, domain]
  if (isCommon(normalizePassword(password).toLowerCase(), own)) {
    throw invalid(field, 'PASSWORD_TOO_COMMON', 'is among the first that anybody would guess; choose another')
  }
}
