export type SpanAttributes = Record<string, string | number | boolean>

/** OpenTelemetry's attributes of one rpc; `service` is the full protobuf name. */
export const rpcAttributes = (
  service: string,
  method: string,
  system: 'grpc' | 'connect_rpc' = 'grpc',
): SpanAttributes => ({ 'rpc.system': system, 'rpc.service': service, 'rpc.method': method })

export interface Messaging {
  /** `send` by the relay, `process` by a consumer. */
  operation: 'send' | 'receive' | 'process'
  /** The subject. */
  destination: string
  messageId?: string
  /** The name of the consumer that all its replicas share. */
  consumer?: string
}

/** OpenTelemetry's attributes of one message sent or consumed. */
export const messagingAttributes = ({ operation, destination, messageId, consumer }: Messaging): SpanAttributes => ({
  'messaging.system': 'nats',
  'messaging.operation.type': operation,
  'messaging.operation.name': operation,
  'messaging.destination.name': destination,
  ...(messageId !== undefined && { 'messaging.message.id': messageId }),
  ...(consumer !== undefined && { 'messaging.consumer.group.name': consumer }),
})
