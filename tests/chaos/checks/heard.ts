interface Heard {
  context: string
  consumer: string
  source: string
  /** Names of the source's events, or full ones without `troupe.`. */
  events: readonly string[]
}

/** Who consumes what; a consumer that is not listed here is reported. */
export const heard: readonly Heard[] = [
  { context: 'access', consumer: 'members', source: 'identity', events: ['UserRegistered', 'UserDeleted'] },
  { context: 'access', consumer: 'suspensions', source: 'identity', events: ['UserSuspended', 'UserReactivated'] },
  {
    context: 'access',
    consumer: 'tiers',
    source: 'subscription',
    events: ['SubscriptionCreated', 'SubscriptionUpgraded', 'SubscriptionDowngraded', 'SubscriptionExpired'],
  },
  { context: 'access', consumer: 'erase-subject', source: 'identity', events: ['UserDeleted'] },
  {
    context: 'booking',
    consumer: 'events',
    source: 'catalog',
    events: ['EventPublished', 'EventUpdated', 'EventCancelled'],
  },
  {
    context: 'booking',
    consumer: 'process-booking',
    source: 'booking',
    events: ['ReservationCreated', 'PaymentRequested', 'CancellationRequested'],
  },
  { context: 'booking', consumer: 'process-booking', source: 'inventory', events: ['TicketsReleased'] },
  {
    context: 'booking',
    consumer: 'process-booking',
    source: 'payment',
    events: [
      'PaymentSucceeded',
      'PaymentFailed',
      'PaymentCancelled',
      'PaymentActionRequired',
      'PaymentBecameUnknown',
      'RefundProcessed',
      'RefundFailed',
    ],
  },
  { context: 'booking', consumer: 'erase-subject', source: 'identity', events: ['UserDeleted'] },
  { context: 'catalog', consumer: 'availability', source: 'inventory', events: ['InventoryUpdated'] },
  {
    context: 'catalog',
    consumer: 'process-completion',
    source: 'catalog',
    events: ['EventPublished', 'EventUpdated', 'EventCancelled', 'EventCompleted'],
  },
  { context: 'catalog', consumer: 'erase-subject', source: 'identity', events: ['UserDeleted'] },
  {
    context: 'collaboration',
    consumer: 'people',
    source: 'identity',
    events: ['UserRegistered', 'ProfileUpdated', 'UserDeleted'],
  },
  { context: 'collaboration', consumer: 'stories', source: 'story', events: ['StoryDeleted'] },
  {
    context: 'collaboration',
    consumer: 'undelivered',
    source: 'notification',
    events: ['NotificationFailed', 'NotificationBounced'],
  },
  { context: 'collaboration', consumer: 'erase-subject', source: 'identity', events: ['UserDeleted'] },
  { context: 'identity', consumer: 'roles', source: 'access', events: ['RoleAssigned', 'RoleUnassigned'] },
  { context: 'identity', consumer: 'erase-subject', source: 'identity', events: ['UserDeleted'] },
  { context: 'identity', consumer: 'erasures', source: 'access', events: ['mesh.v1.SubjectErased'] },
  { context: 'identity', consumer: 'erasures', source: 'booking', events: ['mesh.v1.SubjectErased'] },
  { context: 'identity', consumer: 'erasures', source: 'catalog', events: ['mesh.v1.SubjectErased'] },
  { context: 'identity', consumer: 'erasures', source: 'collaboration', events: ['mesh.v1.SubjectErased'] },
  { context: 'identity', consumer: 'erasures', source: 'identity', events: ['mesh.v1.SubjectErased'] },
  { context: 'identity', consumer: 'erasures', source: 'inventory', events: ['mesh.v1.SubjectErased'] },
  { context: 'identity', consumer: 'erasures', source: 'narration', events: ['mesh.v1.SubjectErased'] },
  { context: 'identity', consumer: 'erasures', source: 'notification', events: ['mesh.v1.SubjectErased'] },
  { context: 'identity', consumer: 'erasures', source: 'payment', events: ['mesh.v1.SubjectErased'] },
  { context: 'identity', consumer: 'erasures', source: 'story', events: ['mesh.v1.SubjectErased'] },
  { context: 'identity', consumer: 'erasures', source: 'subscription', events: ['mesh.v1.SubjectErased'] },
  { context: 'identity', consumer: 'erasures', source: 'videogen', events: ['mesh.v1.SubjectErased'] },
  {
    context: 'inventory',
    consumer: 'events',
    source: 'catalog',
    events: ['EventPublished', 'EventUpdated', 'EventCancelled', 'EventCompleted'],
  },
  { context: 'inventory', consumer: 'erase-subject', source: 'identity', events: ['UserDeleted'] },
  {
    context: 'narration',
    consumer: 'stories',
    source: 'story',
    events: ['StoryAnalyzed', 'StoryUpdated', 'StoryDeleted'],
  },
  { context: 'narration', consumer: 'erase-subject', source: 'identity', events: ['UserDeleted'] },
  {
    context: 'notification',
    consumer: 'people',
    source: 'identity',
    events: ['UserRegistered', 'ProfileUpdated', 'UserDeleted'],
  },
  {
    context: 'notification',
    consumer: 'tell',
    source: 'identity',
    events: [
      'UserRegistered',
      'EmailVerificationRequested',
      'PasswordResetRequested',
      'PasswordChanged',
      'TotpEnabled',
      'TotpDisabled',
      'RecoveryCodeUsed',
      'ApiKeyCreated',
      'ApiKeyRevoked',
      'OAuthProviderLinked',
      'OAuthProviderUnlinked',
    ],
  },
  {
    context: 'notification',
    consumer: 'shows',
    source: 'catalog',
    events: ['EventPublished', 'EventUpdated', 'EventCancelled'],
  },
  {
    context: 'notification',
    consumer: 'holders',
    source: 'booking',
    events: ['ReservationConfirmed', 'ReservationCancelled'],
  },
  {
    context: 'notification',
    consumer: 'tell',
    source: 'booking',
    events: ['ReservationConfirmed', 'ReservationExpired', 'ReservationCancelled', 'ReservationRefunded'],
  },
  { context: 'notification', consumer: 'tell', source: 'collaboration', events: ['InvitationSent'] },
  { context: 'notification', consumer: 'tell', source: 'inventory', events: ['WaitingListOffered'] },
  {
    context: 'notification',
    consumer: 'tell',
    source: 'story',
    events: ['StoryAnalyzed', 'StoryPublished', 'StoryShared'],
  },
  {
    context: 'notification',
    consumer: 'tell',
    source: 'subscription',
    events: [
      'SubscriptionCreated',
      'SubscriptionUpgraded',
      'SubscriptionDowngraded',
      'SubscriptionExpired',
      'SubscriptionSuspended',
      'PaymentProcessed',
      'UsageLimitReached',
    ],
  },
  { context: 'notification', consumer: 'erase-subject', source: 'identity', events: ['UserDeleted'] },
  { context: 'payment', consumer: 'erase-subject', source: 'identity', events: ['UserDeleted'] },
  {
    context: 'story',
    consumer: 'authors',
    source: 'identity',
    events: ['UserRegistered', 'ProfileUpdated', 'UserDeleted'],
  },
  { context: 'story', consumer: 'erase-subject', source: 'identity', events: ['UserDeleted'] },
  {
    context: 'story',
    consumer: 'narrations',
    source: 'narration',
    events: ['NarrationGenerated', 'NarrationRegenerated'],
  },
  { context: 'story', consumer: 'voices', source: 'narration', events: ['VoiceCloned', 'VoiceDeleted'] },
  { context: 'story', consumer: 'analyze', source: 'story', events: ['StoryAnalysisRequested'] },
  { context: 'story', consumer: 'process-publishing', source: 'story', events: ['PublishingStarted'] },
  { context: 'subscription', consumer: 'subscribers', source: 'identity', events: ['UserRegistered'] },
  { context: 'subscription', consumer: 'erase-subject', source: 'identity', events: ['UserDeleted'] },
  { context: 'subscription', consumer: 'usage', source: 'story', events: ['StoryCreated'] },
  { context: 'subscription', consumer: 'voices', source: 'narration', events: ['VoiceCloned', 'VoiceDeleted'] },
  {
    context: 'subscription',
    consumer: 'invitations',
    source: 'collaboration',
    events: [
      'InvitationSent',
      'InvitationDeclined',
      'InvitationExpired',
      'InvitationRevoked',
      'CollaborationCompleted',
      'CollaborationCancelled',
    ],
  },
  {
    context: 'subscription',
    consumer: 'speech',
    source: 'narration',
    events: ['VoicePreviewed', 'NarrationGenerated', 'NarrationRegenerated', 'NarrationFailed'],
  },
  {
    context: 'subscription',
    consumer: 'process-billing',
    source: 'subscription',
    events: ['BillScheduled', 'BillWithdrawn', 'PaymentMethodChanged'],
  },
  {
    context: 'subscription',
    consumer: 'films',
    source: 'videogen',
    events: ['VideoGenerated', 'VideoFailed', 'VideoJobCancelled'],
  },
  { context: 'videogen', consumer: 'stories', source: 'story', events: ['StoryDeleted'] },
  { context: 'videogen', consumer: 'collaborations', source: 'collaboration', events: ['CollaborationCompleted'] },
  {
    context: 'videogen',
    consumer: 'narrations',
    source: 'narration',
    events: ['NarrationGenerated', 'NarrationRegenerated'],
  },
  { context: 'videogen', consumer: 'erase-subject', source: 'identity', events: ['UserDeleted'] },
]

/** Each consumer with all that it hears. */
export const consumers: readonly (readonly [Heard, ...Heard[]])[] = [
  ...Map.groupBy(heard, ({ context, consumer }) => `${context}.${consumer}`).values(),
] as [Heard, ...Heard[]][]

/** Full names of what a consumer hears of one source. */
export const typesOf = ({ source, events }: Heard): string[] =>
  events.map((event) => (event.includes('.') ? `troupe.${event}` : `troupe.${source}.v1.${event}`))
