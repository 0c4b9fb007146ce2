import { readFileSync } from 'node:fs'
import { Code } from '@connectrpc/connect'
import { createGateway } from '../gateway/gateway.ts'
import { type ContextName, contextNames, isContextName, loadContext } from './contexts.ts'
import { ConfigError } from './shared/infrastructure/config.ts'
import { readDescriptors } from './shared/presentation/descriptors.ts'
import { startHost } from './shared/presentation/host.ts'
import { type HttpHandler, pathOf } from './shared/presentation/http-handler.ts'
import { byPath, processRoutes } from './shared/presentation/process-routes.ts'
import { writeProtocolError } from './shared/presentation/protocol-error.ts'
import { startServer } from './shared/presentation/server.ts'
import { defaultKind } from './shared/presentation/server-limits.ts'

const drainMs = 10_000

const unknownPath: HttpHandler = (request, response) =>
  writeProtocolError(request, response, {
    code: Code.Unimplemented,
    message: `there is no ${pathOf(request)} here`,
    plainStatus: 404,
  })

const servicesOf = (contexts: readonly string[]): string[] =>
  [...readDescriptors()]
    .filter((type) => type.kind === 'service' && contexts.includes(type.typeName.split('.')[1] as string))
    .map((type) => type.typeName)

/** Tells the rpcs that hold a request open: they do not count against the limit of requests in flight. */
const streamingPaths = (): ((path: string) => boolean) => {
  const services = [...readDescriptors()].filter((type) => type.kind === 'service')
  const paths = services.flatMap((service) =>
    service.methods
      .filter((method) => method.methodKind !== 'unary')
      .map((method) => `/${service.typeName}/${method.name}`),
  )
  const streaming = new Set(paths)
  return (path) => streaming.has(path)
}

/** Hosts the named contexts, `gateway` among them or not; all and the gateway when none is named. */
const run = async (names: readonly string[]): Promise<void> => {
  const unknown = names.filter((name) => name !== 'gateway' && !isContextName(name))
  if (unknown.length > 0) {
    throw new ConfigError([`there is no context ${unknown.join(', ')}; there are: gateway, ${contextNames.join(', ')}`])
  }
  const hosted = names.length === 0 ? contextNames : (names.filter((name) => name !== 'gateway') as ContextName[])
  const isGateway = names.length === 0 || names.includes('gateway')
  const answered = isGateway ? contextNames : hosted
  const host = await startHost(process.env, await Promise.all(hosted.map(loadContext)))
  const routes = processRoutes(host, answered, servicesOf(answered))
  const gateway = isGateway ? await createGateway(host, routes, contextNames) : undefined
  const { config, log, metrics } = host
  const isStreaming = streamingPaths()
  const server = await startServer({
    host: config.host,
    port: config.port,
    handler: gateway?.handler ?? byPath([routes.rpc, host.handlers, routes.http], unknownPath),
    limits: {
      maxInFlight: config.maxInFlight,
      // Behind the gateway the cancels of many clients share one connection.
      ...(!isGateway && { maxResetsPerSecond: 100_000 }),
    },
    kindOf: (path) => (isStreaming(path) ? 'stream' : defaultKind(path)),
    onShed: () => metrics.shed(isGateway ? 'gateway' : hosted.join(' ')),
    log,
    ...(config.tls && {
      tls: { cert: readFileSync(config.tls.certFile, 'utf8'), key: readFileSync(config.tls.keyFile, 'utf8') },
    }),
  })
  let stopping = false
  const stop = async () => {
    if (stopping) return
    stopping = true
    routes.health.setAll('NOT_SERVING')
    await server.drain(drainMs)
    await gateway?.close()
    await host.stop()
    process.exit(0)
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  // Started by a parent that watches over it: without the parent there is nobody to stop it.
  process.on('disconnect', stop)
  log.info('ready', { url: server.url, contexts: hosted, gateway: isGateway })
}

run(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof ConfigError ? error.message : ((error as Error).stack ?? String(error))}\n`)
  process.exit(1)
})
