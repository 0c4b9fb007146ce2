import { bundleFlags } from '../../deploy/local/bundle.ts'
import { freePort } from '../../deploy/local/processes.ts'
import { readSecrets } from '../../deploy/local/secrets.ts'
import { type ContextName, contextNames, isContextName } from '../../services/contexts.ts'
import { Link } from './link.ts'
import { type Part, startPart } from './part.ts'

/** By context; `gateway` is one, and the last. */
export type Replicas = Readonly<Record<ContextName | 'gateway', number>>

/** As many of each context and of the gateway, but for those that are named. */
export const replicas = (count: number, others: Partial<Replicas> = {}): Replicas => {
  const each = Object.fromEntries([...contextNames, 'gateway'].map((name) => [name, count])) as Replicas
  return { ...each, ...others }
}

interface Options {
  dataDir: string
  /** How many processes each context and the gateway have; one for all where it is left out. */
  replicas?: Replicas | undefined
  /** Contexts that share one process, where others have their own. */
  together?: readonly ContextName[] | undefined
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
  /** Before the gateways. */
  front: Link
  admin: { email: string; password: string }
  stop(): Promise<void>
}

interface Role {
  name: string
  contexts: string[]
  host: string
}

const hosts = ['127.0.0.1', '127.0.0.2']
// Other addresses of the loopback interface need no set-up on Linux only.
const mostReplicas = process.platform === 'linux' ? hosts.length : 1

const nameOf = (context: string) => `${context}.chaos.test`

const rolesOf = ({ replicas, together = [] }: Pick<Options, 'replicas' | 'together'>): Role[] => {
  const host = '127.0.0.1'
  if (!replicas) return [{ name: 'mesh', contexts: [], host }]
  const apart = Object.entries(replicas).filter(([context]) => !together.some((name) => name === context))
  const own = apart.flatMap(([context, wanted]) =>
    hosts.slice(0, Math.min(wanted, mostReplicas)).map((host, index) => {
      const name = wanted === 1 ? context : `${context}-${index + 1}`
      return { name, contexts: [context], host }
    }),
  )
  return together.length > 0 ? [{ name: 'others', contexts: [...together], host }, ...own] : own
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
  const { replicas, together = [] } = options
  const roles = rolesOf(options)
  const links: Link[] = []
  const open = async (...args: Parameters<typeof Link.open>) => {
    const link = await Link.open(...args)
    links.push(link)
    return link
  }
  // Every replica of a context listens on the same port, as the addresses of one name do, and so does all of a process.
  const ports = new Map<string, number>()
  for (const context of contextNames) ports.set(context, await freePort())
  for (const context of together) ports.set(context, ports.get(together[0] as string) as number)
  const hostsOf = (context: string) =>
    roles.filter(({ contexts }) => contexts.includes(context)).map(({ host }) => host)
  const addresses = {
    ...Object.fromEntries(
      contextNames.map((context) => [
        `TROUPE_${context.toUpperCase()}_URL`,
        `http://${nameOf(context)}:${ports.get(context)}`,
      ]),
    ),
    CHAOS_NAMES: contextNames.map((context) => `${nameOf(context)}=${hostsOf(context)}`).join(';'),
  }
  const flags = await bundleFlags(console.log)
  const parts: Part[] = []
  const start = async (role: Role): Promise<Part> => {
    const port = await freePort()
    const [context = ''] = role.contexts
    const isReached = isContextName(context)
    const postgres = await open(addressOf(postgresUrl))
    const nats = await open(addressOf(natsUrl))
    const env = {
      ...process.env,
      ...settings,
      ...secrets,
      ...(replicas && addresses),
      ...options.env,
      TROUPE_POSTGRES_URL: through(postgresUrl, postgres),
      TROUPE_NATS_URL: through(natsUrl, nats),
      TROUPE_DATABASE_PREFIX: options.databasePrefix,
      TROUPE_DATA: dataDir,
    }
    const ingress = isReached && { ingress: await open({ host: role.host, port }, role.host, ports.get(context)) }
    const part = startPart({ ...role, port, env, flags, dataDir, links: { postgres, nats, ...ingress } })
    parts.push(part)
    if (!isReached) entries.push({ host: role.host, port })
    return part
  }
  const entries: { host: string; port: number }[] = []
  const stop = async () => {
    await Promise.all(parts.map((part) => part.stop()))
    await Promise.all(links.map((link) => link.close()))
  }
  try {
    const isGateway = ({ contexts }: Role) => contexts[0] === 'gateway'
    const contexts = await Promise.all(roles.filter((role) => !isGateway(role)).map(start))
    await Promise.all(contexts.map((part) => part.ready()))
    const gateways = await Promise.all(roles.filter(isGateway).map(start))
    await Promise.all(gateways.map((part) => part.ready()))
  } catch (error) {
    await stop()
    throw error
  }
  const admin = { email: secrets.TROUPE_BOOTSTRAP_ADMIN, password: secrets.TROUPE_BOOTSTRAP_ADMIN_PASSWORD }
  const front = await open(entries)
  return { url: `http://127.0.0.1:${front.port}`, parts, front, admin, stop }
}
