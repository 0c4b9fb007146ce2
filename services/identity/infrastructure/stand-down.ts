import type { Client } from '@connectrpc/connect'
import type { AccessService } from '#gen/troupe/access/v1/access_service_pb.ts'
import type { Ports } from '../application/ports.ts'

/** Access counts the super-admins that can sign in; what it refuses is passed on as it said it. */
export const createStandDown =
  (access: Client<typeof AccessService>): Ports['standDown'] =>
  async ({ id, revision }) => {
    await access.standDown({ userId: id, accountVersion: revision })
  }
