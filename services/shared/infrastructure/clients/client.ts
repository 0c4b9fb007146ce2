import type { DescMethod, DescService } from '@bufbuild/protobuf'
import type { CallOptions, Client, Transport } from '@connectrpc/connect'
import { createClient } from '@connectrpc/connect'
import { cancellable, linkedController } from './cancellable.ts'

type StreamingCall = (input: unknown, options?: CallOptions) => AsyncIterable<unknown>

const streamsResponses = ({ methodKind }: DescMethod) =>
  methodKind === 'server_streaming' || methodKind === 'bidi_streaming'

const endedByBreak =
  (call: StreamingCall): StreamingCall =>
  (input, options) => {
    const { controller } = linkedController(options?.signal)
    const responses = call(input, { ...options, signal: controller.signal })
    return cancellable(responses, () => controller.abort())
  }

/**
 * A typed client over any transport. Other than Connect's own, leaving the `for await` of a response stream
 * cancels the call.
 */
export const clientOf = <S extends DescService>(service: S, transport: Transport): Client<S> => {
  const client = createClient(service, transport) as Record<string, unknown>
  for (const method of service.methods.filter(streamsResponses)) {
    client[method.localName] = endedByBreak(client[method.localName] as StreamingCall)
  }
  return client as Client<S>
}
