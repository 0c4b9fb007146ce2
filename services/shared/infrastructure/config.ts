/** Every missing or bad setting, in one message. */
export class ConfigError extends Error {
  constructor(problems: readonly string[]) {
    super(`configuration:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`)
    this.name = 'ConfigError'
  }
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

  integer(name: string, fallback: number, range: { min: number; max: number }): number {
    const text = this.env[name]
    if (!text) return fallback
    const value = Number(text)
    if (!Number.isInteger(value) || value < range.min || value > range.max) {
      this.problems.push(`${name} must be a whole number from ${range.min} to ${range.max}, not "${text}"`)
      return fallback
    }
    return value
  }

  number(name: string, fallback: number, range: { min: number; max: number }): number {
    const text = this.env[name]
    if (!text) return fallback
    const value = Number(text)
    if (!(value >= range.min && value <= range.max)) {
      this.problems.push(`${name} must be a number from ${range.min} to ${range.max}, not "${text}"`)
      return fallback
    }
    return value
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
    if (!protocols.includes(protocol)) {
      this.problems.push(`${name} must be a URL with ${protocols.map((p) => `${p}://`).join(' or ')}, not "${text}"`)
    }
    return text
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
    if (bytes.length < 32) this.problems.push(`${name} must be at least 32 bytes in base64`)
    return bytes
  }

  problem(text: string): void {
    this.problems.push(text)
  }

  done(): void {
    if (this.problems.length > 0) throw new ConfigError(this.problems)
  }
}

/** What every process of the mesh needs to know. Contexts read settings of their own with the same reader. */
export interface MeshConfig {
  /** Base URL of the Postgres server; each context uses the database `<prefix><context>` on it. */
  postgresUrl: string
  /** `TROUPE_<CONTEXT>_DATABASE_URL`: a context's own server. */
  databaseUrl(context: string): string
  poolSize: number
  natsUrls: string[]
  /** Copies JetStream keeps of each stream: 1 or 3. */
  natsReplicas: number
  host: string
  port: number
  dataDir: string
  logLevel: 'debug' | 'info' | 'warn' | 'error'
  timeTravel: boolean
  rateLimitScale: number
  serviceSecret: Uint8Array
  masterKey: Uint8Array
  bootstrapAdmin: { email: string; password: string } | undefined
  otlpUrl: string | undefined
  traceRatio: number
  maxInFlight: number
  tls: { certFile: string; keyFile: string } | undefined
  corsOrigins: string[]
  trustedProxies: string[]
  floodPerSecond: number
  /** `TROUPE_<CONTEXT>_URL`: where a context runs that this process does not host. */
  contextUrl(context: string): string | undefined
}

const databaseUrlOf = (server: string, database: string): string => {
  const url = new URL(server)
  url.pathname = `/${database}`
  return url.toString()
}

/** Reads the settings of the mesh. Throws ConfigError naming every problem. */
export const readConfig = (env: Env): MeshConfig => {
  const read = new EnvReader(env)
  const postgresUrl = read.url('TROUPE_POSTGRES_URL', ['postgres', 'postgresql'])
  const prefix = read.text('TROUPE_DATABASE_PREFIX', 'troupe_')
  const email = read.optional('TROUPE_BOOTSTRAP_ADMIN')
  const password = read.optional('TROUPE_BOOTSTRAP_ADMIN_PASSWORD')
  if (Boolean(email) !== Boolean(password)) {
    read.problem('TROUPE_BOOTSTRAP_ADMIN and TROUPE_BOOTSTRAP_ADMIN_PASSWORD go together')
  }
  const certFile = read.optional('TROUPE_TLS_CERT')
  const keyFile = read.optional('TROUPE_TLS_KEY')
  if (Boolean(certFile) !== Boolean(keyFile)) read.problem('TROUPE_TLS_CERT and TROUPE_TLS_KEY go together')
  const variable = (context: string, rest: string) => env[`TROUPE_${context.toUpperCase()}_${rest}`] || undefined
  const config: MeshConfig = {
    postgresUrl,
    databaseUrl: (context) => variable(context, 'DATABASE_URL') ?? databaseUrlOf(postgresUrl, prefix + context),
    poolSize: read.integer('TROUPE_POOL_SIZE', 4, { min: 1, max: 100 }),
    natsUrls: read.url('TROUPE_NATS_URL', ['nats', 'tls']).split(','),
    natsReplicas: read.integer('TROUPE_NATS_REPLICAS', 1, { min: 1, max: 5 }),
    host: read.text('TROUPE_HOST', '127.0.0.1'),
    port: read.integer('TROUPE_PORT', 8080, { min: 0, max: 65535 }),
    dataDir: read.text('TROUPE_DATA', '.troupe'),
    logLevel: read.oneOf('TROUPE_LOG_LEVEL', ['debug', 'info', 'warn', 'error'], 'info'),
    timeTravel: read.flag('TROUPE_TIME_TRAVEL'),
    rateLimitScale: read.number('TROUPE_RATE_LIMIT_SCALE', 1, { min: 1, max: 1e9 }),
    serviceSecret: read.secret('TROUPE_SERVICE_SECRET'),
    masterKey: read.secret('TROUPE_MASTER_KEY'),
    bootstrapAdmin: email && password ? { email, password } : undefined,
    otlpUrl: read.optional('TROUPE_OTLP_URL'),
    traceRatio: read.number('TROUPE_TRACE_RATIO', 1, { min: 0, max: 1 }),
    maxInFlight: read.integer('TROUPE_MAX_IN_FLIGHT', 1000, { min: 1, max: 100_000 }),
    tls: certFile && keyFile ? { certFile, keyFile } : undefined,
    corsOrigins: read.list('TROUPE_CORS_ORIGINS'),
    trustedProxies: read.list('TROUPE_TRUSTED_PROXIES'),
    floodPerSecond: read.integer('TROUPE_FLOOD_PER_SECOND', 500, { min: 1, max: 1_000_000 }),
    contextUrl: (context) => variable(context, 'URL'),
  }
  read.done()
  return config
}
