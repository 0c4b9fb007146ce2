import { fromBinary, toBinary } from '@bufbuild/protobuf'
import type { ClientReadableStream } from '@grpc/grpc-js'
import { Client, connectivityState, credentials, experimental, Metadata, status } from '@grpc/grpc-js'
import {
  Health,
  HealthCheckRequestSchema,
  type HealthCheckResponse,
  HealthCheckResponse_ServingStatus,
  HealthCheckResponseSchema,
} from '#gen/health/v1/health_pb.ts'

/** The name of the load balancing policy, for a channel's service config. */
export const healthCheckedRoundRobin = 'troupe_health_checked_round_robin'

const watchAgainMs = 1000
const watchPath = `/${Health.typeName}/${Health.method.watch.name}`
const wholeServer = Buffer.from(
  toBinary(HealthCheckRequestSchema, { $typeName: HealthCheckRequestSchema.typeName, service: '' }),
)

/**
 * The connections of one channel. Who does not serve is left out as long as somebody else does: where nobody says so, as
 * behind an address that stands for many servers, calls go where they can, and the one that leaves sends them on.
 */
class Connections {
  private readonly all = new Set<WatchedSubchannel>()

  add(one: WatchedSubchannel): void {
    this.all.add(one)
  }

  remove(one: WatchedSubchannel): void {
    this.all.delete(one)
    this.judge()
  }

  judge(): void {
    const isAnyServing = [...this.all].some((one) => one.isServing)
    for (const one of this.all) one.count(!isAnyServing || !one.saysNotServing)
  }
}

/**
 * One connection whose server's health is watched while it stands. Until the server has said anything, or where it
 * has no health service, it counts as healthy.
 */
class WatchedSubchannel extends experimental.BaseSubchannelWrapper {
  private readonly connections: Connections
  private readonly client: Client
  saysNotServing = false
  private watch: ClientReadableStream<HealthCheckResponse> | undefined
  private again: NodeJS.Timeout | undefined
  private supported = true
  private readonly onState = () => this.update()

  constructor(child: experimental.SubchannelInterface, connections: Connections) {
    super(child)
    this.connections = connections
    connections.add(this)
    this.client = new Client('unused', credentials.createInsecure(), { channelOverride: child.getChannel() })
    child.addConnectivityStateListener(this.onState)
    this.update()
  }

  get isServing(): boolean {
    return this.child.getConnectivityState() === connectivityState.READY && !this.saysNotServing
  }

  count(isHealthy: boolean): void {
    this.setHealthy(isHealthy)
  }

  private says(isServing: boolean): void {
    this.saysNotServing = !isServing
    this.connections.judge()
  }

  private update(): void {
    if (this.child.getConnectivityState() !== connectivityState.READY) this.stop()
    else if (this.supported && !this.watch && !this.again) this.start()
    this.connections.judge()
  }

  private start(): void {
    const watch = this.client.makeServerStreamRequest(
      watchPath,
      (request: Buffer) => request,
      (bytes: Buffer) => fromBinary(HealthCheckResponseSchema, bytes),
      wholeServer,
      new Metadata(),
      {},
    )
    this.watch = watch
    watch.on('data', (response: HealthCheckResponse) => {
      if (this.watch === watch) this.says(response.status === HealthCheckResponse_ServingStatus.SERVING)
    })
    watch.on('error', (error: Error & { code?: number }) => {
      if (this.watch === watch && error.code === status.UNIMPLEMENTED) this.supported = false
    })
    watch.on('status', () => {
      if (this.watch !== watch) return
      this.watch = undefined
      this.again = setTimeout(() => {
        this.again = undefined
        this.update()
      }, watchAgainMs).unref()
    })
  }

  private stop(): void {
    clearTimeout(this.again)
    this.again = undefined
    const watch = this.watch
    this.watch = undefined
    watch?.cancel()
    this.says(true)
  }

  /** The subchannel underneath, which alone the channel knows. */
  unwrapped(): experimental.SubchannelInterface {
    return this.child
  }

  protected override destroy(): void {
    this.child.removeConnectivityStateListener(this.onState)
    this.stop()
    this.connections.remove(this)
    super.destroy()
  }
}

const unwrapping = (picker: experimental.Picker): experimental.Picker => ({
  pick(args) {
    const picked = picker.pick(args)
    return picked.subchannel instanceof WatchedSubchannel
      ? { ...picked, subchannel: picked.subchannel.unwrapped() }
      : picked
  },
})

class PolicyConfig implements experimental.TypedLoadBalancingConfig {
  static createFromJson(): PolicyConfig {
    return new PolicyConfig()
  }
  getLoadBalancerName(): string {
    return healthCheckedRoundRobin
  }
  toJsonObject(): object {
    return { [healthCheckedRoundRobin]: {} }
  }
}

const roundRobin = experimental.parseLoadBalancingConfig({ round_robin: {} })

/** Takes turns among all addresses that are connected and do not report NOT_SERVING, or all where every one does. */
class HealthCheckedRoundRobin extends experimental.ChildLoadBalancerHandler implements experimental.LoadBalancer {
  constructor(channel: Parameters<typeof experimental.createChildChannelControlHelper>[0]) {
    const connections = new Connections()
    super(
      experimental.createChildChannelControlHelper(channel, {
        createSubchannel: (address, args) =>
          new WatchedSubchannel(channel.createSubchannel(address, args), connections),
        updateState: (state, picker, message) => channel.updateState(state, unwrapping(picker), message),
      }),
    )
  }

  override updateAddressList(
    ...[endpoints, , options, note]: Parameters<experimental.LoadBalancer['updateAddressList']>
  ): boolean {
    return super.updateAddressList(endpoints, roundRobin, options, note)
  }

  override getTypeName(): string {
    return healthCheckedRoundRobin
  }
}

experimental.registerLoadBalancerType(healthCheckedRoundRobin, HealthCheckedRoundRobin, PolicyConfig)
