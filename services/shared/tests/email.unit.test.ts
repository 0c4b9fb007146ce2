import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Email } from '../domain/email.ts'

const isRefused = (text: string) =>
  expect(() => Email.parse(text), JSON.stringify(text)).toThrowError(
    expect.objectContaining({ reason: 'INVALID_EMAIL' }),
  )

describe('an e-mail address', () => {
  it('keeps what its owner wrote, without spaces around it', () => {
    expect(Email.parse("  Ann.O'Neil+tales@Example.COM\n").value).toBe("Ann.O'Neil+tales@Example.COM")
  })

  it.each(['a@b.co', 'a.b-c_d@sub.example.museum', '用户@例子.公司', 'jörg@müller.de', 'x@xn--bcher-kva.example'])(
    'may read %s',
    (text) => expect(Email.parse(text).value).toBe(text),
  )

  it('needs one @, a dotted domain and nothing that could end a mail header or a database string', () => {
    const wrong = ['', '@', 'a', 'a@b', '@b.co', 'a@', 'a@.co', 'a@b.', 'a@b..co', 'a@b@c.co', 'a b@c.co', 'a@b.c o']
    for (const text of [...wrong, '"a b"@c.co', 'Ann <a@b.co>', 'a@b.co>', 'a@b.co,d@e.co', 'a@b.co,d', 'a@[1.2.3.4]'])
      isRefused(text)
    for (const sign of ['\r\n', '\u0000', '\u0007', '\u200b', '\u202e', '\ud800', ';', ':', '\\', '(']) {
      isRefused(`a${sign}b@example.com`)
      isRefused(`ab@exa${sign}mple.com`)
    }
    isRefused(`${'a'.repeat(65)}@example.com`)
    isRefused(`a@${'b'.repeat(260)}.com`)
  })

  it('compares alike however it is spelled, and normalising twice changes nothing', () => {
    expect(Email.parse('JO\u0308RG@Example.com').normalized).toBe(Email.parse('jörg@example.COM').normalized)
    const short = fc.emailAddress().filter((address) => address.indexOf('@') < 50)
    const letter = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 8 })
      .filter((text) => /^\p{L}\p{M}*$/u.test(text))
    fc.assert(
      fc.property(short, letter, (address, sign) => {
        const { normalized } = Email.parse(sign + address.replace(/[(),:;<>[\]\\"]/g, ''))
        expect(Email.parse(normalized).normalized).toBe(normalized)
      }),
    )
  })

  it('is parsed in linear time', () => {
    const started = performance.now()
    isRefused(`${'a'.repeat(100_000)}@`)
    isRefused(`a@${'a.'.repeat(100_000)}`)
    expect(performance.now() - started).toBeLessThan(100)
  })
})
