/** What must hold of the narration database at all times. */
export const invariants: readonly { name: string; sql: string }[] = [
  {
    name: 'a narration has as many parts as it says, one behind the other',
    sql: `select n.id::text from narrations n left join narration_segments s on s.narration_id = n.id
      where n.run_id <> '' group by n.id
      having count(s.place) <> n.segments_total or coalesce(max(s.place), -1) <> n.segments_total - 1 limit 10`,
  },
  {
    name: 'a narration that is complete has every part said, to be heard by itself, too',
    sql: `select format('%s part %s', n.id, s.place) from narrations n
      join narration_segments s on s.narration_id = n.id
      left join speeches p on p.owner_id = n.user_id and p.speech_key = s.speech_key
      where n.status = 'completed' and (p.state is distinct from 'ready' or not p.encoded) limit 10`,
  },
  {
    name: 'what is to be made is being made, and nothing else',
    sql: `select w.id::text from work w left join narrations n on n.id = w.id left join voices v on v.id = w.id
      where w.kind = 'narration' and n.status is distinct from 'pending' and n.status is distinct from 'processing'
        or w.kind = 'voice' and v.status is distinct from 'training'
      union all
      select n.id::text from narrations n where n.run_id <> '' and n.status in ('pending', 'processing')
        and not exists (select from work w where w.id = n.id)
      union all
      select v.id::text from voices v where v.status = 'training' and not exists (select from work w where w.id = v.id)
      limit 10`,
  },
  {
    name: 'a trained voice was made of enough, and with consent',
    sql: `select id::text from voices where stock_voice = '' and status in ('training', 'ready')
      and (jsonb_array_length(samples) < 5 or consent is null
        or (select count(distinct s->>'emotion') from jsonb_array_elements(samples) s) < 3) limit 10`,
  },
]
