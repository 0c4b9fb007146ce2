/** What must hold of the story database at all times. */
export const invariants: readonly { name: string; sql: string }[] = [
  {
    name: 'every text has its own hash',
    sql: `select format('%s version %s', story_id, version) from story_versions
      where content_hash <> encode(sha256(convert_to(content, 'UTF8')), 'hex') limit 10`,
  },
  {
    name: 'every present and every published version has its text',
    sql: `select format('%s version %s', s.id, n.version) from stories s, unnest(array[s.version, s.published_version]) n(version)
      where n.version > 0
        and not exists (select 1 from story_versions v where v.story_id = s.id and v.version = n.version) limit 10`,
  },
  {
    name: 'a story has the hash of its present text',
    sql: `select s.id::text from stories s join story_versions v on v.story_id = s.id and v.version = s.version
      where v.content_hash <> s.content_hash or v.title <> s.title limit 10`,
  },
  {
    name: 'search finds present and published versions only, and indexes published ones at once',
    sql: `select format('%s version %s', v.story_id, v.version) from story_versions v join stories s on s.id = v.story_id
      where (v.searchable or v.draft_of is not null) <> (v.version in (s.version, s.published_version))
        or v.draft_of <> s.author_id or v.version = s.published_version and not v.searchable limit 10`,
  },
  {
    name: 'a story is published once at a time',
    sql: `select story_id::text from publishings where status = 'validating' group by story_id having count(*) > 1 limit 10`,
  },
  {
    name: 'lists show each story as it is, and to readers what was published',
    sql: `select format('%s for %s', s.id, w.audience) from stories s
      cross join lateral (values ('author', s.version, true), ('readers', s.published_version,
        s.published_version > 0 and s.status <> 'archived' and s.visibility = 'public')) w(audience, version, listed)
      left join story_list l on l.story_id = s.id and l.audience = w.audience
      where w.listed is distinct from (l.story_id is not null)
        or w.listed and (l.version <> w.version or w.audience = 'author' and l.status <> s.status) limit 10`,
  },
]
