/** What must hold of the catalog database at all times. */
export const invariants: readonly { name: string; sql: string }[] = [
  {
    name: 'the search knows what was published, and shows it as it is while it is open',
    sql: `select e.id::text from events e left join event_search s on s.event_id = e.id
      where (e.published_at is null) <> (s.event_id is null) or s.event_id is not null
        and (s.is_open, s.starts_at, s.ends_at, s.category, coalesce(s.story_id::text, ''), s.place is null)
          <> (e.status = 'published', e.starts_at, e.ends_at, e.category, coalesce(e.story_id::text, ''),
            e.venue -> 'coordinates' is null) limit 10`,
  },
  {
    name: 'whoever holds an event has not left unnoticed',
    sql: `select e.id::text from events e left join organizers o on o.id = e.organizer_id where o.id is null limit 10`,
  },
]
