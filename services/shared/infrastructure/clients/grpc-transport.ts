import type { DescMessage, DescMethod } from '@bufbuild/protobuf'
import { Code, createContextValues, type StreamResponse, type Transport } from '@connectrpc/connect'
import { createMethodUrl, runStreamingCall } from '@connectrpc/connect/protocol'
import { Channel, credentials } from '@grpc/grpc-js'
import { HeaderFields } from '../unary/header-fields.ts'
import { cancellable, linkedController } from './cancellable.ts'
import { callStreaming, callUnary, type RawCall } from './grpc-call.ts'
import { toHeaders, toMetadata } from './grpc-metadata.ts'
import { localError } from './grpc-status.ts'
import { healthCheckedRoundRobin } from './health-checked-balancer.ts'
import { decode, defaultMaxMessageBytes, encode } from './message-codec.ts'

export interface GrpcTransportOptions {
  /** `http://host:port`, `https://host:port`, or a gRPC target name such as `dns:///host:port` or `ipv4:a:1,b:2`. */
  address: string
  /** The largest message to send or accept, in bytes; 4 MiB. */
  maxMessageBytes?: number
}

const targetOf = (address: string): { target: string; secure: boolean } => {
  if (!/^https?:\/\//.test(address)) return { target: address, secure: false }
  const { protocol, hostname, port } = new URL(address)
  const secure = protocol === 'https:'
  return { target: `dns:${hostname}:${port || (secure ? 443 : 80)}`, secure }
}

const openChannel = (address: string, maxMessageBytes: number): Channel => {
  const { target, secure } = targetOf(address)
  return new Channel(target, secure ? credentials.createSsl() : credentials.createInsecure(), {
    'grpc.service_config': JSON.stringify({ loadBalancingConfig: [{ [healthCheckedRoundRobin]: {} }] }),
    'grpc.service_config_disable_resolution': 1,
    'grpc.keepalive_time_ms': 10_000,
    'grpc.keepalive_timeout_ms': 5_000,
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 500,
    'grpc.dns_min_time_between_resolutions_ms': 5_000,
    'grpc.use_local_subchannel_pool': 1,
    'grpc.enable_http_proxy': 0,
    'grpc.enable_channelz': 0,
    'grpc.max_send_message_length': maxMessageBytes,
    'grpc.max_receive_message_length': maxMessageBytes,
  })
}

const bounded = (timeoutMs: number | undefined): timeoutMs is number => timeoutMs !== undefined && timeoutMs > 0

const deadlineOf = (timeoutMs: number | undefined): number =>
  bounded(timeoutMs) ? Date.now() + timeoutMs : Number.POSITIVE_INFINITY

const toBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)

async function* encoded<I extends DescMessage>(desc: I, messages: AsyncIterable<unknown>, maxBytes: number) {
  for await (const message of messages) yield toBuffer(encode(desc, message as never, maxBytes))
}

/**
 * Calls between processes: a transport for Connect clients over a grpc-js channel, which keeps connections to all
 * addresses of a name, takes turns among those whose `grpc.health.v1` does not say NOT_SERVING, and reconnects by
 * itself. What cannot be reached answers UNAVAILABLE; too large a message, in either direction, RESOURCE_EXHAUSTED.
 * A `timeoutMs` of zero or less means no deadline.
 */
export const grpcTransport = (options: GrpcTransportOptions): Transport & { close(): void } => {
  const { address, maxMessageBytes = defaultMaxMessageBytes } = options
  const channel = openChannel(address, maxMessageBytes)

  const start = (method: DescMethod, deadline: number): RawCall => {
    const path = `/${method.parent.typeName}/${method.name}`
    try {
      return channel.createCall(path, deadline, undefined, null, undefined)
    } catch (cause) {
      throw localError('the channel is closed', Code.Unavailable, cause)
    }
  }
  return {
    async unary(method, signal, timeoutMs, header, input) {
      const body = toBuffer(encode(method.input, input, maxMessageBytes))
      const call = start(method, deadlineOf(timeoutMs))
      const answer = await callUnary(call, toMetadata(HeaderFields.view(header)), body, signal)
      return {
        stream: false,
        service: method.parent,
        method,
        // Hardly anybody reads them.
        get header() {
          return toHeaders(answer.header)
        },
        message: decode(method.output, answer.body),
        get trailer() {
          return toHeaders(answer.trailer)
        },
      }
    },

    async stream(method, signal, timeoutMs, header, input, contextValues = createContextValues()) {
      const { controller, release } = linkedController(signal)
      const giveUp = () => {
        release()
        controller.abort()
      }
      const response = await runStreamingCall({
        ...(bounded(timeoutMs) && { timeoutMs }),
        signal: controller.signal,
        req: {
          service: method.parent,
          method,
          requestMethod: 'POST',
          url: createMethodUrl(address, method),
          header: new Headers(header),
          stream: true,
          contextValues,
          message: input,
        },
        next: async (request): Promise<StreamResponse<typeof method.input, typeof method.output>> => {
          const bodies = encoded(method.input, request.message, maxMessageBytes)
          const call = start(method, deadlineOf(timeoutMs))
          const answer = await callStreaming(call, toMetadata(request.header), bodies, request.signal)
          const trailer = new Headers()
          async function* messages() {
            try {
              for await (const body of answer.bodies) yield decode(method.output, body)
              for (const [name, value] of toHeaders(await answer.trailer)) trailer.append(name, value)
            } finally {
              release()
            }
          }
          return {
            stream: true,
            service: method.parent,
            method,
            header: toHeaders(answer.header),
            message: messages(),
            trailer,
          }
        },
      }).catch((error: unknown) => {
        release()
        throw error
      })
      return { ...response, message: cancellable(response.message, giveUp) }
    },

    close: () => channel.close(),
  }
}
