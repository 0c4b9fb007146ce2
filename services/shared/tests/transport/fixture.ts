import { type Client, ConnectError, type HandlerContext, type Interceptor, type ServiceImpl } from '@connectrpc/connect'
import type { EchoService } from '../echo-service.ts'

export type EchoImpl = Partial<ServiceImpl<typeof EchoService>>

export interface ServerOptions {
  interceptors?: Interceptor[]
  requestGate?: (context: HandlerContext) => void | Promise<void>
}

/** Opens the two ends of a transport and gives the client's. */
export type Serve = (impl: EchoImpl, options?: ServerOptions) => Promise<Client<typeof EchoService>>

export const failure = async (call: Promise<unknown>): Promise<ConnectError> => {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error instanceof ConnectError) return error
  throw new Error(`expected a ConnectError, got ${error}`)
}

export async function* texts(...values: string[]) {
  for (const value of values) yield { value }
}

export const collect = async (responses: AsyncIterable<{ value: string }>): Promise<string[]> => {
  const values: string[] = []
  for await (const { value } of responses) values.push(value)
  return values
}

export const aborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
