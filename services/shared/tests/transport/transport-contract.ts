import type { Transport } from '@connectrpc/connect'
import { afterEach } from 'vitest'
import { clientOf } from '../../infrastructure/clients/client.ts'
import { EchoService } from '../echo-service.ts'
import { deadlinesContract } from './deadlines.ts'
import { errorsContract } from './errors.ts'
import type { EchoImpl, Serve, ServerOptions } from './fixture.ts'
import { messagesContract } from './messages.ts'
import { metadataContract } from './metadata.ts'

export interface Opened {
  transport: Transport
  close(): Promise<void> | void
}

/** What every transport of the mesh does, whatever lies between the two ends. */
export const transportContract = (
  name: string,
  open: (impl: EchoImpl, options: ServerOptions) => Promise<Opened>,
): void => {
  const opened: Opened[] = []
  const serve: Serve = async (impl, options = {}) => {
    const end = await open(impl, options)
    opened.push(end)
    return clientOf(EchoService, end.transport)
  }
  afterEach(async () => {
    for (const end of opened.splice(0)) await end.close()
  })
  messagesContract(name, serve)
  metadataContract(name, serve)
  errorsContract(name, serve)
  deadlinesContract(name, serve)
}
