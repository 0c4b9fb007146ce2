import { Client } from 'pg'
import { expect, it } from 'vitest'
import { migrate } from '#shared/infrastructure/migrate.ts'
import { suiteDatabase } from '../../shared/tests/suite-database.ts'
import { migrations } from '../infrastructure/migrations.ts'

const entry = (actor: string, permission: string) =>
  JSON.stringify({ actor, action: 'PERMISSION_GRANTED', role: 'member', permission })

it('what contracts had granted is remembered, also where operators have revoked it since', async () => {
  const before = migrations.filter(({ name }) => name < '0004')
  const { url, drop } = await suiteDatabase('access_upgrade', before)
  const client = new Client({ connectionString: url })
  await client.connect()
  await client.query(`insert into roles (id, name, description, is_system, created_at)
    values (gen_random_uuid(), 'member', '', true, now())`)
  for (const permission of ['story:create', 'thing:do']) {
    await client.query(
      `insert into permissions (id, name, description, rpcs, created_at) values (gen_random_uuid(), $1, '', '{}', now())`,
      [permission],
    )
  }
  await client.query('select append_audit($1)', [entry('service:access', 'story:create')])
  await client.query('select append_audit($1)', [entry('ann', 'thing:do')])
  await migrate(url, migrations)
  const { rows } = await client.query('select permission, role from contract_grants')
  expect(rows).toEqual([{ permission: 'story:create', role: 'member' }])
  await client.end()
  await drop()
})
