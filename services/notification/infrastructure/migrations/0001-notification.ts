import type { Migration } from '#shared/infrastructure/migrate.ts'

export const notification: Migration = {
  name: '0001-notification',
  up: [
    // What people are called and where they live, as identity last told it.
    `create table people (
        user_id uuid primary key,
        display_name text not null,
        language text not null,
        time_zone text not null
      )`,
    // Who has left: nobody is told of them any more, nor they of anything.
    'create table gone_people (user_id uuid primary key)',
    `create table preferences (
        id uuid constraint preferences_once primary key,
        language text not null,
        time_zone text not null,
        quiet_hours jsonb,
        digest_time jsonb not null,
        modes jsonb not null,
        revision integer not null default 1
      )`,
    `create table devices (
        id uuid primary key,
        user_id uuid not null,
        kind text not null check (kind in ('web', 'fcm')),
        token_hash text not null constraint devices_token unique,
        token text not null,
        p256dh text not null,
        auth text not null,
        name text not null,
        registered_at timestamptz(3) not null,
        revision integer not null default 1
      )`,
    'create index devices_of_user on devices (user_id)',
    `create table templates (
        id uuid primary key,
        name text collate "C" not null constraint templates_name unique,
        message_type text not null check (message_type in ('CONFIRMATION', 'REMINDER', 'UPDATE', 'ALERT')),
        storage text not null check (storage in ('file', 's3', 'http', 'github', 'database')),
        path text not null,
        localisations jsonb not null,
        version integer not null check (version > 0),
        updated_at timestamptz(3) not null,
        revision integer not null default 1
      )`,
    // Texts as storages last had them, for when they are away.
    `create table template_copies (
        storage text not null,
        path text not null,
        source text not null,
        etag text,
        fetched_at timestamptz(3) not null,
        primary key (storage, path)
      )`,
    `create table campaigns (
        id uuid primary key,
        name text not null,
        template text not null,
        channels text[] not null,
        audience jsonb not null,
        data jsonb not null,
        status text not null check (status in ('DRAFT', 'SENDING', 'SENT', 'CANCELLED')),
        awaits text,
        created_at timestamptz(3) not null,
        sent_at timestamptz(3),
        ended_at timestamptz(3),
        revision integer not null default 1
      )`,
    'create index campaigns_newest on campaigns (created_at desc, id desc)',
    'create index campaigns_that_wait on campaigns (awaits) where awaits is not null',
    // What is to be told to many, and how far that has got.
    `create table fan_outs (
        id uuid constraint fan_outs_once primary key,
        campaign_id uuid references campaigns (id),
        notice jsonb not null,
        audience jsonb not null,
        position uuid,
        recipients bigint not null default 0,
        deliveries bigint not null default 0,
        status text not null default 'RUNNING' check (status in ('RUNNING', 'DONE', 'CANCELLED')),
        claimed_until timestamptz not null default '-infinity',
        about_id uuid,
        correlation_id text not null,
        causation_id text not null,
        created_at timestamptz(3) not null
      )`,
    'create index fan_outs_about on fan_outs (about_id) where about_id is not null',
    `create index fan_outs_running on fan_outs (created_at) where status = 'RUNNING'`,
    'create index fan_outs_of_campaign on fan_outs (campaign_id) where campaign_id is not null',
    `create table inboxes (
        user_id uuid primary key,
        last_sequence bigint not null
      )`,
    `create table deliveries (
        id uuid primary key,
        source_event_id uuid not null,
        recipient_id uuid not null,
        channel text not null check (channel in ('email', 'sms', 'push', 'in_app')),
        kind text not null,
        template text not null,
        campaign_id uuid,
        data jsonb not null,
        about_id uuid,
        status text not null check (status in ('PENDING', 'SENT', 'DELIVERED', 'FAILED', 'BOUNCED')),
        due_at timestamptz(3),
        digest_id uuid,
        attempts integer not null,
        handed_over boolean not null,
        claimed_until timestamptz not null default '-infinity',
        retry_at timestamptz not null default '-infinity',
        failure text not null,
        provider text not null,
        provider_id text,
        address_hash text,
        made_from text not null,
        created_at timestamptz(3) not null,
        sent_at timestamptz(3),
        delivered_at timestamptz(3),
        opened_at timestamptz(3),
        clicked_at timestamptz(3),
        correlation_id text not null,
        sequence bigint,
        read_at timestamptz(3),
        revision integer not null,
        constraint deliveries_once unique (source_event_id, recipient_id, channel),
        constraint deliveries_in_app_are_numbered check ((channel = 'in_app') = (sequence is not null)),
        constraint deliveries_wait_for_one_thing check (status <> 'PENDING' or (due_at is null) = (digest_id is not null))
      )`,
    `create index deliveries_due on deliveries (due_at) where status = 'PENDING' and due_at is not null`,
    'create index deliveries_of_digest on deliveries (digest_id) where digest_id is not null',
    'create unique index deliveries_in_app on deliveries (recipient_id, sequence) where sequence is not null',
    'create index deliveries_unread on deliveries (recipient_id, sequence) where sequence is not null and read_at is null',
    'create index deliveries_newest on deliveries (created_at desc, id desc)',
    'create index deliveries_of_recipient on deliveries (recipient_id, created_at desc, id desc)',
    `create index deliveries_of_campaign on deliveries (campaign_id, created_at desc, id desc)
       where campaign_id is not null`,
    `create index deliveries_not_there on deliveries (status, created_at desc, id desc)
       where status in ('PENDING', 'FAILED', 'BOUNCED')`,
    'create index deliveries_by_provider on deliveries (provider_id) where provider_id is not null',
    'create index deliveries_about on deliveries (about_id) where about_id is not null',
    // A person's next numbers, in the order in which they are committed: nobody passes a row that is locked.
    `create function next_sequences(ids uuid[]) returns table (user_id uuid, sequence bigint) language plpgsql as $$
       begin
         return query insert into inboxes as i (user_id, last_sequence)
           select distinct u.id, 1::bigint from unnest(ids) as u(id) order by 1
           on conflict on constraint inboxes_pkey do update set last_sequence = i.last_sequence + 1
           returning i.user_id, i.last_sequence;
       end $$`,
    // Addresses that take nothing any more, unreadable.
    `create table suppressions (
        address_hash text primary key,
        reason text not null,
        at timestamptz(3) not null
      )`,
    `create table mailbox (
        key text primary key,
        delivery_id uuid not null,
        channel text not null check (channel in ('email', 'sms', 'push')),
        address text not null,
        subject text not null,
        html text not null,
        text text not null,
        language text not null,
        headers jsonb not null,
        at timestamptz(3) not null,
        position bigint generated always as identity
      )`,
    'create index mailbox_newest on mailbox (position desc)',
    'create index mailbox_of_delivery on mailbox (delivery_id)',
  ],
}
