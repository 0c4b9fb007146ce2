import { invalid } from './errors.ts'

const syntax = /^[^\s\p{C}@<>"(),:;[\]\\]{1,64}@[\p{L}\p{M}\p{N}-]+(\.[\p{L}\p{M}\p{N}-]+)+$/u

/** An e-mail address as its owner writes it; `normalized` is what addresses are compared by. */
export class Email {
  readonly value: string

  private constructor(value: string) {
    this.value = value
  }

  /**
   * Throws INVALID_EMAIL. The syntax is what mail servers accept in practice: one @, a dotted domain of letters, digits
   * and hyphens, no spaces, and no characters that cannot be seen.
   */
  static parse(text: string): Email {
    const value = text.trim().normalize('NFC')
    if (value.length > 254 || !syntax.test(value)) {
      throw invalid('email', 'INVALID_EMAIL', 'must be an e-mail address like name@example.com')
    }
    return new Email(value)
  }

  get normalized(): string {
    return this.value.toLowerCase().normalize('NFC')
  }
}
