/** What those follow who stand in the line of an event: it is told of less often than the event is. */
export const queueTopic = (eventId: string): string => `${eventId} queue`
