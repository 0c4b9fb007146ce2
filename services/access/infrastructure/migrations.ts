import type { Migration } from '#shared/infrastructure/migrate.ts'
import { noHash } from '../domain/audit-log.ts'
import { freeRole, superAdmin } from '../domain/names.ts'

/** The row of the log's head. */
export const auditLogId = 'audit-log'

/** The schema of access' database. */
export const migrations: readonly Migration[] = [
  {
    name: '0001-access',
    up: [
      `create table roles (
        id uuid primary key,
        name text not null constraint roles_name_unique unique check (length(name) between 1 and 60),
        description text not null check (length(description) <= 500),
        is_system boolean not null,
        created_at timestamptz(3) not null,
        revision integer not null default 1
      )`,
      `create function keep_system_roles() returns trigger language plpgsql as $$
       begin raise exception 'the role % comes with the mesh and stays', old.name using errcode = 'TR002'; end $$`,
      `create trigger roles_system_stay before delete on roles for each row when (old.is_system)
       execute function keep_system_roles()`,
      `create table permissions (
        id uuid primary key,
        name text not null constraint permissions_name_unique unique check (name ~ '^[a-z][a-z0-9_-]*:[a-z][a-z0-9_-]*$'),
        description text not null check (length(description) <= 500),
        rpcs text[] not null,
        created_at timestamptz(3) not null
      )`,
      `create table grants (
        id uuid primary key,
        role text not null references roles (name),
        permission text not null references permissions (name),
        granted_at timestamptz(3) not null,
        constraint grants_once unique (role, permission)
      )`,
      'create index grants_of_permission on grants (permission)',
      `create table users (
        id uuid constraint users_once primary key,
        roles text[] not null,
        gone_at timestamptz(3),
        revision integer not null default 1,
        constraint users_gone_hold_nothing check (gone_at is null or cardinality(roles) = 0)
      )`,
      // How many hold a role that somebody must always hold.
      `create table holders (
        role text primary key,
        count bigint not null check (count >= 0)
      )`,
      `insert into holders (role, count) values ('${superAdmin}', 0)`,
      `create table audit_log (
        sequence bigint primary key,
        entry text not null,
        hash text not null,
        user_id text generated always as (entry::jsonb ->> 'userId') stored,
        actor text generated always as (entry::jsonb ->> 'actor') stored,
        role text generated always as (entry::jsonb ->> 'role') stored
      )`,
      'create index audit_log_of_user on audit_log (user_id, sequence)',
      'create index audit_log_of_actor on audit_log (actor, sequence)',
      'create index audit_log_of_role on audit_log (role, sequence)',
      `create table audit_head (
        id text primary key,
        sequence bigint not null,
        hash text not null,
        anchored_sequence bigint not null check (anchored_sequence <= sequence),
        revision integer not null default 1
      )`,
      `insert into audit_head (id, sequence, hash, anchored_sequence) values ('${auditLogId}', 0, '${noHash}', 0)`,
      // One after another: each entry's hash needs the one before.
      `create function append_audit(entry text) returns bigint language plpgsql as $$
       declare head audit_head;
       begin
         select * into head from audit_head where id = '${auditLogId}' for no key update;
         head.sequence := head.sequence + 1;
         head.hash := encode(sha256(decode(head.hash, 'hex') || convert_to(head.sequence || E'\\n' || entry, 'UTF8')), 'hex');
         insert into audit_log (sequence, entry, hash) values (head.sequence, entry, head.hash);
         update audit_head h set sequence = head.sequence, hash = head.hash where h.id = head.id;
         return head.sequence;
       end $$`,
      `create function refuse_change() returns trigger language plpgsql as $$
       begin raise exception 'the audit log is only ever added to' using errcode = 'TR002'; end $$`,
      `create trigger audit_log_stays before update or delete or truncate on audit_log
       for each statement execute function refuse_change()`,
    ],
  },
  {
    name: '0002-tiers',
    up: [`alter table users add column tier text not null default '${freeRole}'`],
  },
  {
    name: '0003-anchored-at',
    up: ['alter table audit_head add column anchored_at timestamptz(3)'],
  },
  {
    name: '0004-contract-grants',
    up: [
      // What contracts have granted, once and for all: what operators revoked is not granted again.
      `create table contract_grants (
        permission text not null references permissions (name),
        role text not null references roles (name),
        constraint contract_grants_once primary key (permission, role)
      )`,
      `insert into contract_grants (permission, role)
       select distinct entry::jsonb ->> 'permission', role from audit_log
       where actor = 'service:access' and entry::jsonb ->> 'action' = 'PERMISSION_GRANTED'`,
    ],
  },
  {
    name: '0005-standing',
    up: [
      // Of accounts that have a row already the event does not come again.
      'alter table users add column has_joined boolean not null default true',
      'alter table users add column is_suspended boolean not null default false',
      'alter table users add column away_version integer',
    ],
  },
]
