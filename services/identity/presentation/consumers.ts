import { RoleAssignedSchema, RoleUnassignedSchema } from '#gen/troupe/access/v1/access_events_pb.ts'
import { SubjectErasedSchema } from '#gen/troupe/mesh/v1/erasure_events_pb.ts'
import { type ConsumerDefinition, react } from '#shared/application/consumers.ts'
import { dateOf } from '#shared/domain/timestamp.ts'
import type { IdentityApp } from '../application/identity-app.ts'

/** What identity does about events: shows users' roles, and collects what all contexts have erased of somebody. */
export const consumers = (app: IdentityApp, contexts: readonly string[]): ConsumerDefinition[] => [
  react('roles', [RoleAssignedSchema, RoleUnassignedSchema], ({ userId, role, $typeName }) =>
    app.noteRole(userId, role, $typeName === 'troupe.access.v1.RoleAssigned'),
  ),
  react(
    'erasures',
    [SubjectErasedSchema],
    ({ subject, context, erased, erasedAt }) =>
      app.noteErased(subject, { context, erased, erasedAt: dateOf(erasedAt) ?? new Date(0) }),
    contexts,
  ),
]
