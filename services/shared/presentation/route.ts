import type { DescService } from '@bufbuild/protobuf'
import type { ServiceImpl } from '@connectrpc/connect'

/** A service and what answers its rpcs; an rpc without a handler answers UNIMPLEMENTED. */
export interface Route {
  service: DescService
  // Handlers of different services have no common type but this one; `route` checks each against its own service.
  // biome-ignore lint/suspicious/noExplicitAny: see above
  implementation: Partial<ServiceImpl<any>>
}

/** Binds handlers to the service whose contract they are checked against. */
export const route = <Service extends DescService>(
  service: Service,
  implementation: Partial<ServiceImpl<Service>>,
): Route => ({ service, implementation })
