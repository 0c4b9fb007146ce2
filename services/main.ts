import { type ContextName, contextNames, isContextName, loadContext } from './contexts.ts'
import { type MeshProcess, startProcess } from './mesh-process.ts'
import { ConfigError } from './shared/infrastructure/config.ts'

/** Hosts the named contexts, `gateway` among them or not; all and the gateway when none is named. */
const run = async (names: readonly string[]): Promise<void> => {
  const unknown = names.filter((name) => name !== 'gateway' && !isContextName(name))
  if (unknown.length > 0) {
    throw new ConfigError([`there is no context ${unknown.join(', ')}; there are: gateway, ${contextNames.join(', ')}`])
  }
  const hosted = names.length === 0 ? contextNames : (names.filter((name) => name !== 'gateway') as ContextName[])
  const isGateway = names.length === 0 || names.includes('gateway')
  let stopping = false
  let running: MeshProcess | undefined
  const started = startProcess({
    environment: process.env,
    contexts: contextNames,
    definitions: await Promise.all(hosted.map(loadContext)),
    ...(isGateway && { gatewayTo: contextNames }),
  })
  const stop = async () => {
    if (stopping) return
    stopping = true
    // While it starts it serves nobody, and may wait for what never comes.
    await running?.stop()
    process.exit(0)
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  // Started by a parent that watches over it: without the parent there is nobody to stop it.
  process.on('disconnect', stop)
  running = await started
}

run(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof ConfigError ? error.message : ((error as Error).stack ?? String(error))}\n`)
  process.exit(1)
})
