import { type BlobSettings, readBlobSettings } from './blobs/blob-settings.ts'
import { EnvReader } from './env-reader.ts'
import { failpointProblem } from './failpoints.ts'
import { type ProgramSettings, readProgramSettings } from './programs/program-settings.ts'

export { ConfigError, EnvReader } from './env-reader.ts'

type Env = ConstructorParameters<typeof EnvReader>[0]

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
  blobs: BlobSettings
  programs: ProgramSettings
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

const ofContext = /^TROUPE_([A-Z]+)_(DATABASE_)?URL$/

/** Settings of contexts that this process may never ask for are wrong all the same. */
const checkContexts = (read: EnvReader, env: Env): void => {
  for (const name of Object.keys(env)) {
    const [, context, isDatabase] = ofContext.exec(name) ?? []
    if (!context || !env[name] || ['POSTGRES', 'NATS', 'OTLP'].includes(context)) continue
    if (isDatabase) read.url(name, ['postgres', 'postgresql'])
    else if (!/^(https?:\/\/|dns:\/{0,3})?[\w.[\]:-]+(:\d+)?\/?$/.test(env[name])) {
      read.problem(`${name} must be host:port, a URL with http:// or https://, or a name with dns:///`)
    }
  }
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
  checkContexts(read, env)
  const problem = failpointProblem(env)
  if (problem) read.problem(problem)
  const variable = (context: string, rest: string) => env[`TROUPE_${context.toUpperCase()}_${rest}`] || undefined
  const dataDir = read.text('TROUPE_DATA', '.troupe')
  const config: MeshConfig = {
    postgresUrl,
    databaseUrl: (context) => variable(context, 'DATABASE_URL') ?? databaseUrlOf(postgresUrl, prefix + context),
    poolSize: read.integer('TROUPE_POOL_SIZE', 4, { min: 1, max: 100 }),
    natsUrls: read.urls('TROUPE_NATS_URL', ['nats', 'tls']),
    natsReplicas: Number(read.oneOf('TROUPE_NATS_REPLICAS', ['1', '3'], '1')),
    host: read.text('TROUPE_HOST', '127.0.0.1'),
    port: read.integer('TROUPE_PORT', 8080, { min: 0, max: 65535 }),
    dataDir,
    blobs: readBlobSettings(read, dataDir),
    programs: readProgramSettings(read),
    logLevel: read.oneOf('TROUPE_LOG_LEVEL', ['debug', 'info', 'warn', 'error'], 'info'),
    timeTravel: read.flag('TROUPE_TIME_TRAVEL'),
    rateLimitScale: read.number('TROUPE_RATE_LIMIT_SCALE', 1, { min: 1, max: 1e9 }),
    serviceSecret: read.secret('TROUPE_SERVICE_SECRET'),
    masterKey: read.secret('TROUPE_MASTER_KEY'),
    bootstrapAdmin: email && password ? { email, password } : undefined,
    otlpUrl: read.optionalUrl('TROUPE_OTLP_URL', ['http', 'https']),
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
