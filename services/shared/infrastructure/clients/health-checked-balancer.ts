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
 * One connection whose server's health is watched while it stands. Until the server has said anything, or where it
 * has no health service, it counts as healthy.
 */
class WatchedSubchannel extends experimental.BaseSubchannelWrapper {
  private readonly client: Client
  private watch: ClientReadableStream<HealthCheckResponse> | undefined
  private again: NodeJS.Timeout | undefined
  private supported = true
  private readonly onState = () => this.update()

  constructor(child: experimental.SubchannelInterface) {
    super(child)
    this.client = new Client('unused', credentials.createInsecure(), { channelOverride: child.getChannel() })
    child.addConnectivityStateListener(this.onState)
    this.update()
  }

  private update(): void {
    if (this.child.getConnectivityState() !== connectivityState.READY) this.stop()
    else if (this.supported && !this.watch && !this.again) this.start()
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
      if (this.watch === watch) this.setHealthy(response.status === HealthCheckResponse_ServingStatus.SERVING)
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
    this.setHealthy(true)
  }

  /** The subchannel underneath, which alone the channel knows. */
  unwrapped(): experimental.SubchannelInterface {
    return this.child
  }

  protected override destroy(): void {
    this.child.removeConnectivityStateListener(this.onState)
    this.stop()
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

/** Takes turns among all addresses that are connected and do not report NOT_SERVING. */
class HealthCheckedRoundRobin extends experimental.ChildLoadBalancerHandler implements experimental.LoadBalancer {
  constructor(channel: Parameters<typeof experimental.createChildChannelControlHelper>[0]) {
    super(
      experimental.createChildChannelControlHelper(channel, {
        createSubchannel: (address, args) => new WatchedSubchannel(channel.createSubchannel(address, args)),
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
