import { describe, expect, it } from 'vitest'
import { ConfigError, readConfig } from '../infrastructure/config.ts'

const secret = Buffer.alloc(32, 7).toString('base64')
const good = {
  TROUPE_POSTGRES_URL: 'postgresql://troupe:p@db:5432/postgres',
  TROUPE_NATS_URL: 'nats://bus:4222',
  TROUPE_SERVICE_SECRET: secret,
  TROUPE_MASTER_KEY: secret,
}

const problemsOf = (env: Record<string, string>): string[] => {
  try {
    readConfig(env)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.message
      .split('\n')
      .slice(1)
      .map((line) => line.replace('  - ', ''))
  }
  return []
}

describe('the configuration', () => {
  it('names every missing setting at once', () => {
    expect(problemsOf({}).map((problem) => problem.split(' ')[0])).toEqual([
      'TROUPE_POSTGRES_URL',
      'TROUPE_NATS_URL',
      'TROUPE_SERVICE_SECRET',
      'TROUPE_MASTER_KEY',
    ])
  })

  it('needs nothing else, and takes an empty setting for a missing one', () => {
    const config = readConfig({ ...good, TROUPE_PORT: '', TROUPE_TIME_TRAVEL: '', TROUPE_OTLP_URL: '' })
    expect(config).toMatchObject({
      port: 8080,
      host: '127.0.0.1',
      poolSize: 4,
      timeTravel: false,
      rateLimitScale: 1,
      otlpUrl: undefined,
      bootstrapAdmin: undefined,
      tls: undefined,
      corsOrigins: [],
    })
    expect(problemsOf({ ...good, TROUPE_MASTER_KEY: '' })).toHaveLength(1)
  })

  const bad: Record<string, string[]> = {
    TROUPE_POSTGRES_URL: ['localhost:5432', 'http://db'],
    TROUPE_NATS_URL: ['bus:4222', 'http://bus', 'nats://a,', 'nats://a,http://b'],
    TROUPE_SERVICE_SECRET: ['c2hvcnQ=', 'not base64, but long enough to be thirty-two bytes when read as such!'],
    TROUPE_MASTER_KEY: [Buffer.alloc(31).toString('base64')],
    TROUPE_PORT: ['65536', '-1', '80.5', 'http'],
    TROUPE_POOL_SIZE: ['0', '101'],
    TROUPE_NATS_REPLICAS: ['0', '2', 'three'],
    TROUPE_LOG_LEVEL: ['verbose', 'DEBUG'],
    TROUPE_TIME_TRAVEL: ['yes', '2'],
    TROUPE_RATE_LIMIT_SCALE: ['0.5', 'NaN', 'Infinity'],
    TROUPE_TRACE_RATIO: ['1.1', '-0.1'],
    TROUPE_BOOTSTRAP_ADMIN: ['root@example.com'],
    TROUPE_TLS_CERT: ['cert.pem'],
    TROUPE_OTLP_URL: ['collector:4318'],
    TROUPE_STORY_URL: ['not a url'],
    TROUPE_STORY_DATABASE_URL: ['http://db'],
  }

  it.each(Object.entries(bad).flatMap(([name, values]) => values.map((value) => [name, value] as const)))(
    'refuses %s=%s by name',
    (name, value) => {
      const problems = problemsOf({ ...good, [name]: value })
      expect(problems).toHaveLength(1)
      expect(problems[0]).toContain(name)
    },
  )

  it('names every bad setting at once', () => {
    const worst = Object.fromEntries(Object.entries(bad).map(([name, [value]]) => [name, value as string]))
    const text = problemsOf(worst).join('\n')
    for (const name of Object.keys(bad)) expect(text).toContain(name)
  })

  it('never shows a secret', () => {
    const shown = problemsOf({ ...good, TROUPE_SERVICE_SECRET: 'hunter2', TROUPE_BOOTSTRAP_ADMIN_PASSWORD: 'hunter3' })
    expect(shown).toHaveLength(2)
    expect(shown.join()).not.toMatch(/hunter/)
  })

  it('does not show the password of a bad database URL', () => {
    expect(problemsOf({ ...good, TROUPE_POSTGRES_URL: 'mysql://root:hunter2@db' }).join()).not.toContain('hunter2')
  })

  it('takes several NATS servers', () => {
    const config = readConfig({ ...good, TROUPE_NATS_URL: 'nats://a:4222,nats://b:4222, tls://c:4222' })
    expect(config.natsUrls).toEqual(['nats://a:4222', 'nats://b:4222', 'tls://c:4222'])
  })

  it('gives each context a database of its own on the server, or the one it names', () => {
    const config = readConfig({ ...good, TROUPE_STORY_DATABASE_URL: 'postgres://other/stories' })
    expect(config.databaseUrl('identity')).toBe('postgresql://troupe:p@db:5432/troupe_identity')
    expect(config.databaseUrl('story')).toBe('postgres://other/stories')
  })

  it('takes addresses of contexts as host and port, as a name of a resolver, or as a URL', () => {
    for (const address of ['story:8080', 'dns:///story:8080', 'http://story:8080', 'https://story']) {
      expect(readConfig({ ...good, TROUPE_STORY_URL: address }).contextUrl('story')).toBe(address)
    }
  })
})
