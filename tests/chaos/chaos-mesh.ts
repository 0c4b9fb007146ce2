import { freePort } from '../../deploy/local/processes.ts'
import { readSecrets } from '../../deploy/local/secrets.ts'
import { Link } from './link.ts'
import { type Part, startPart } from './part.ts'

interface Options {
  dataDir: string
  /** A process a context, two of story's, and the gateway; otherwise one for all. */
  split: boolean
  postgresUrl: string
  natsUrl: string
  databasePrefix: string
  env?: NodeJS.ProcessEnv
}

/** A mesh whose every connection goes through a link of its own. */
export interface ChaosMesh {
  /** Of the gateway. */
  url: string
  parts: readonly Part[]
  admin: { email: string; password: string }
  stop(): Promise<void>
}

interface Role {
  name: string
  contexts: string[]
  host: string
}

const storyName = 'story.chaos.test'
// Other addresses of the loopback interface need no set-up on Linux only.
const hasManyLoopbacks = process.platform === 'linux'

const rolesOf = (split: boolean): Role[] => {
  const host = '127.0.0.1'
  if (!split) return [{ name: 'mesh', contexts: [], host }]
  return [
    { name: 'identity', contexts: ['identity'], host },
    { name: 'story-1', contexts: ['story'], host },
    ...(hasManyLoopbacks ? [{ name: 'story-2', contexts: ['story'], host: '127.0.0.2' }] : []),
    { name: 'gateway', contexts: ['gateway'], host },
  ]
}

const settings = {
  TROUPE_TIME_TRAVEL: '1',
  TROUPE_RATE_LIMIT_SCALE: '1000000',
  TROUPE_FLOOD_PER_SECOND: '1000000',
}

const through = (url: string, link: Link): string => {
  const result = new URL(url)
  result.hostname = '127.0.0.1'
  result.port = String(link.port)
  return result.toString()
}

const addressOf = (url: string) => ({ host: '127.0.0.1', port: Number(new URL(url).port) })

/** Starts the mesh and waits until every process serves. */
export const startChaosMesh = async (options: Options): Promise<ChaosMesh> => {
  const { dataDir, postgresUrl, natsUrl } = options
  const secrets = readSecrets(dataDir)
  const roles = rolesOf(options.split)
  const links: Link[] = []
  const open = async (...args: Parameters<typeof Link.open>) => {
    const link = await Link.open(...args)
    links.push(link)
    return link
  }
  // Every replica of a context listens on the same port, as the addresses of one name do.
  const ports = { identity: await freePort(), story: await freePort() }
  const addresses = {
    TROUPE_IDENTITY_URL: `http://127.0.0.1:${ports.identity}`,
    TROUPE_STORY_URL: `http://${storyName}:${ports.story}`,
    CHAOS_NAMES: `${storyName}=${roles.filter(({ contexts }) => contexts[0] === 'story').map(({ host }) => host)}`,
  }
  const parts: Part[] = []
  const start = async (role: Role): Promise<Part> => {
    const port = await freePort()
    const [context = ''] = role.contexts
    const isReached = context === 'identity' || context === 'story'
    const postgres = await open(addressOf(postgresUrl))
    const nats = await open(addressOf(natsUrl))
    const env = {
      ...process.env,
      ...settings,
      ...secrets,
      ...(options.split && addresses),
      ...options.env,
      TROUPE_POSTGRES_URL: through(postgresUrl, postgres),
      TROUPE_NATS_URL: through(natsUrl, nats),
      TROUPE_DATABASE_PREFIX: options.databasePrefix,
      TROUPE_DATA: dataDir,
    }
    const ingress = isReached && { ingress: await open({ host: role.host, port }, role.host, ports[context]) }
    const part = startPart({ ...role, port, env, dataDir, links: { postgres, nats, ...ingress } })
    parts.push(part)
    if (context === 'gateway' || context === '') url = `http://${role.host}:${port}`
    return part
  }
  let url = ''
  const stop = async () => {
    await Promise.all(parts.map((part) => part.stop()))
    await Promise.all(links.map((link) => link.close()))
  }
  try {
    const contexts = await Promise.all(roles.filter(({ name }) => name !== 'gateway').map(start))
    await Promise.all(contexts.map((part) => part.ready()))
    const gateways = await Promise.all(roles.filter(({ name }) => name === 'gateway').map(start))
    await Promise.all(gateways.map((part) => part.ready()))
  } catch (error) {
    await stop()
    throw error
  }
  const admin = { email: secrets.TROUPE_BOOTSTRAP_ADMIN, password: secrets.TROUPE_BOOTSTRAP_ADMIN_PASSWORD }
  return { url, parts, admin, stop }
}
