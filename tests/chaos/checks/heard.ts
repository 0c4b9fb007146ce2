/** Who consumes what; a consumer that is not listed here is reported. */
export const heard = [
  { context: 'access', consumer: 'members', source: 'identity', events: ['UserRegistered', 'UserDeleted'] },
  { context: 'identity', consumer: 'roles', source: 'access', events: ['RoleAssigned', 'RoleUnassigned'] },
  {
    context: 'story',
    consumer: 'authors',
    source: 'identity',
    events: ['UserRegistered', 'ProfileUpdated', 'UserDeleted'],
  },
  { context: 'story', consumer: 'erase-author', source: 'identity', events: ['UserDeleted'] },
  { context: 'story', consumer: 'analyze', source: 'story', events: ['StoryAnalysisRequested'] },
  { context: 'story', consumer: 'process-publishing', source: 'story', events: ['PublishingStarted'] },
] as const

/** Full names of what a consumer hears. */
export const typesOf = ({ source, events }: (typeof heard)[number]): string[] =>
  events.map((event) => `troupe.${source}.v1.${event}`)
