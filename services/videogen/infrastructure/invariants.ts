/** What must hold of the videogen database at all times. */
export const invariants: readonly { name: string; sql: string }[] = [
  {
    name: 'what is to be made is being made, and nothing else',
    sql: `select j.id::text from video_jobs j where j.status in ('queued', 'processing')
        and not exists (select from work w where w.id = j.id and w.kind = 'film')
      union all
      select w.id::text from work w left join video_jobs j on j.id = w.id where w.kind = 'film'
        and (j.status is null or j.status not in ('queued', 'processing'))
      limit 10`,
  },
  {
    name: 'the clips of a film cover its sound, one behind the other',
    sql: `select j.id::text from video_jobs j join clips c on c.job_id = j.id group by j.id
      having min(c.start_ms) <> 0 or max(c.end_ms) <> j.sound_ms or sum(c.end_ms - c.start_ms) <> j.sound_ms limit 10`,
  },
  {
    name: 'a film of clips is there when each of them is, and has cost what they cost',
    sql: `select j.id::text from video_jobs j join clips c on c.job_id = j.id where j.status = 'completed' group by j.id
      having bool_or(c.state <> 'ready') or sum(c.cost_micros + c.lost_micros) <> j.actual_cost_micros limit 10`,
  },
  {
    name: 'a film that nobody knows of has a clip that nobody knows of',
    sql: `select j.id::text from video_jobs j where j.status = 'unknown'
      and not exists (select from clips c where c.job_id = j.id and c.state = 'unknown') limit 10`,
  },
]
