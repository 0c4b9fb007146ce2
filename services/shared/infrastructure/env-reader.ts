/** Every missing or bad setting, in one message. */
export class ConfigError extends Error {
  constructor(problems: readonly string[]) {
    super(`configuration:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`)
    this.name = 'ConfigError'
  }
}

const urlWith = (protocols: readonly string[]) => `a URL with ${protocols.map((name) => `${name}://`).join(' or ')}`

interface Range {
  min: number
  max: number
}

type Env = Readonly<Record<string, string | undefined>>

/** Reads typed settings from the environment, gathering problems; `done` throws them all at once. */
export class EnvReader {
  private readonly env: Env
  private readonly problems: string[] = []

  constructor(env: Env) {
    this.env = env
  }

  text(name: string, fallback?: string): string {
    const value = this.env[name] || fallback
    if (value === undefined) this.problems.push(`${name} is missing`)
    return value ?? ''
  }

  optional(name: string): string | undefined {
    return this.env[name] || undefined
  }

  integer(name: string, fallback: number, range: Range): number {
    const value = this.number(name, fallback, range)
    if (!Number.isInteger(value)) this.problems.push(`${name} must be a whole number, not "${this.env[name]}"`)
    return value
  }

  number(name: string, fallback: number, { min, max }: Range): number {
    const text = this.env[name]
    if (!text) return fallback
    const value = Number(text)
    if (value >= min && value <= max) return value
    this.problems.push(`${name} must be a number from ${min} to ${max}, not "${text}"`)
    return fallback
  }

  flag(name: string): boolean {
    const text = this.env[name] ?? ''
    if (!['', '0', '1', 'true', 'false'].includes(text)) this.problems.push(`${name} must be 0 or 1, not "${text}"`)
    return text === '1' || text === 'true'
  }

  oneOf<T extends string>(name: string, allowed: readonly T[], fallback: T): T {
    const text = this.env[name]
    if (!text) return fallback
    const value = allowed.find((candidate) => candidate === text)
    if (value === undefined) this.problems.push(`${name} must be one of ${allowed.join(', ')}, not "${text}"`)
    return value ?? fallback
  }

  url(name: string, protocols: readonly string[], fallback?: string): string {
    const text = this.text(name, fallback)
    if (text === '') return text
    const protocol = URL.canParse(text) ? new URL(text).protocol.slice(0, -1) : ''
    if (!protocols.includes(protocol)) this.problems.push(`${name} must be ${urlWith(protocols)}`)
    return text
  }

  optionalUrl(name: string, protocols: readonly string[]): string | undefined {
    return this.env[name] ? this.url(name, protocols) : undefined
  }

  /** At least one URL, between commas. */
  urls(name: string, protocols: readonly string[]): string[] {
    const items = this.text(name).split(',')
    const urls = items.map((item) => item.trim())
    const isGood = (url: string) => URL.canParse(url) && protocols.includes(new URL(url).protocol.slice(0, -1))
    if (this.env[name] && !urls.every(isGood)) {
      this.problems.push(`${name} must be ${urlWith(protocols)}, or several between commas`)
    }
    return urls
  }

  list(name: string): string[] {
    return (this.env[name] ?? '')
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '')
  }

  /** A secret of at least 32 bytes, base64url. */
  secret(name: string): Uint8Array {
    const text = this.env[name]
    if (!text) {
      this.problems.push(`${name} is missing (make one: openssl rand -base64 32)`)
      return new Uint8Array()
    }
    const bytes = Buffer.from(text, 'base64')
    if (bytes.length < 32 || !/^[\w+/-]+=*$/.test(text))
      this.problems.push(`${name} must be at least 32 bytes in base64`)
    return bytes
  }

  problem(text: string): void {
    this.problems.push(text)
  }

  done(): void {
    if (this.problems.length > 0) throw new ConfigError(this.problems)
  }
}
