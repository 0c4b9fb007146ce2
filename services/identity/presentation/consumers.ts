import { RoleAssignedSchema, RoleUnassignedSchema } from '#gen/troupe/access/v1/access_events_pb.ts'
import { type ConsumerDefinition, react } from '#shared/application/consumers.ts'
import type { IdentityApp } from '../application/identity-app.ts'

/** What identity does about events: shows users' roles. */
export const consumers = (app: IdentityApp): ConsumerDefinition[] => [
  react('roles', [RoleAssignedSchema, RoleUnassignedSchema], ({ userId, role, $typeName }) =>
    app.noteRole(userId, role, $typeName === 'troupe.access.v1.RoleAssigned'),
  ),
]
