import type { Fault } from './fault.ts'
import { linkFaults } from './link-faults.ts'
import { messageFaults } from './message-faults.ts'
import { partFaults } from './part-faults.ts'
import { serverFaults } from './server-faults.ts'

/** All faults there are. */
export const faults: readonly Fault[] = [...partFaults, ...serverFaults, ...linkFaults, ...messageFaults]
