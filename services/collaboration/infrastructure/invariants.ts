const roles = `sessions s cross join lateral jsonb_to_recordset(s.roles) as r("characterId" uuid, lines integer,
  approved integer, pending integer, "invitationId" text, "isJoined" boolean, "isTold" boolean)`

/** What must hold of the collaboration database at all times. */
export const invariants: readonly { name: string; sql: string }[] = [
  {
    name: 'no session has more participants than it may, invited ones counted',
    sql: `select s.id::text from sessions s join invitations i on i.session_id = s.id
      where s.status = 'active' and i.status in ('pending', 'accepted')
      group by s.id having count(*) > s.max_participants limit 10`,
  },
  {
    name: 'a character of an active session is kept for whom its invitation says, and for nobody else',
    sql: `select format('%s %s', s.id, r."characterId") from ${roles}
      left join invitations i on i.session_id = s.id and i.character_id = r."characterId"
        and i.status in ('pending', 'accepted')
      where s.status = 'active' and (coalesce(i.id::text, '') <> r."invitationId"
        or r."isJoined" <> (i.status is not distinct from 'accepted')) limit 10`,
  },
  {
    name: 'a session counts the lines and recordings that there are',
    sql: `select format('%s %s', s.id, r."characterId") from ${roles} where s.status = 'active' and (
        r.lines <> (select count(*) from session_lines l where l.session_id = s.id and l.character_id = r."characterId")
        or r.approved <> (select count(l.contribution_id) from session_lines l
          where l.session_id = s.id and l.character_id = r."characterId")
        or r.pending <> (select count(*) from contributions c
          where c.session_id = s.id and c.character_id = r."characterId" and c.status = 'pending')) limit 10`,
  },
  {
    name: 'what is approved of a line is an approved recording of it',
    sql: `select format('%s line %s', l.session_id, l.place) from session_lines l
      join contributions c on c.id = l.contribution_id
      where c.status <> 'approved' or c.session_id <> l.session_id
        or not c.cuts @> jsonb_build_array(jsonb_build_object('place', l.place,
          'startMs', l.start_ms, 'endMs', l.end_ms)) limit 10`,
  },
  {
    name: 'nobody is awaited, and nothing is kept to be heard, once a session is over without its recordings',
    sql: `select s.id::text from sessions s where s.status <> 'active' and (
        exists (select from invitations i where i.session_id = s.id and i.status = 'pending')
        or s.status <> 'completed' and exists (select from contributions c where c.session_id = s.id)) limit 10`,
  },
]
