/** What must hold of notification's database at all times. */
export const invariants = [
  {
    name: 'nobody is told of an event twice over one channel',
    sql: `select source_event_id || ' ' || recipient_id || ' ' || channel as violation from deliveries
          group by source_event_id, recipient_id, channel having count(*) > 1 limit 10`,
  },
  {
    name: 'numbers of notifications inside the platform end where their counter stands',
    sql: `select d.recipient_id || ': ' || max(d.sequence) as violation from deliveries d
          left join inboxes i on i.user_id = d.recipient_id where d.sequence is not null
          group by d.recipient_id, i.last_sequence having max(d.sequence) > coalesce(i.last_sequence, 0) limit 10`,
  },
  {
    name: 'what waits for a digest waits for one that is still to come, or shares its fate by and by',
    sql: `select d.id::text as violation from deliveries d left join deliveries g on g.id = d.digest_id
          where d.status = 'PENDING' and d.digest_id is not null and g.status is distinct from 'PENDING'
            and g.items_left is distinct from true limit 10`,
  },
  {
    name: 'a campaign is sent just when it goes out to nobody any more',
    sql: `select c.id::text as violation from campaigns c where c.status in ('SENT', 'CANCELLED')
          and exists (select from fan_outs f where f.campaign_id = c.id and f.status = 'RUNNING') limit 10`,
  },
]
