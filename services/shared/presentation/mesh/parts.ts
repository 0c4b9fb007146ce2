import type { Registry } from '@bufbuild/protobuf'
import type { ConsumerDefinition } from '../../application/consumers.ts'
import type { Database } from '../../infrastructure/database.ts'
import type { EventContract } from '../../infrastructure/event-codec.ts'
import type { MeshClock } from '../../infrastructure/mesh-clock.ts'
import type { Nats } from '../../infrastructure/nats.ts'
import type { SubjectKeys } from '../../infrastructure/personal/subject-keys.ts'
import type { DueWork, Invariant } from '../context.ts'

/** What of a context the operators' service looks at. */
export interface MeshParts {
  context: string
  database: Database
  nats: Nats
  clock: MeshClock
  /** All of them, those of its processes included. */
  consumers: readonly ConsumerDefinition[]
  /** The events it records, by type name. */
  contracts: ReadonlyMap<string, EventContract>
  /** Every message of the mesh, to show payloads as JSON. */
  descriptors: Registry
  invariants: readonly Invariant[]
  subjectKeys: SubjectKeys
  /** Its processes, and work of its own. */
  dueWork: readonly Pick<DueWork, 'nextDue' | 'isQuiet'>[]
}
