import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

/** Every measure of the kernel, by its Prometheus name. */
export const createInstruments = (registry: Registry) => {
  const registers = [registry]
  const histogram = <T extends string>(name: string, labelNames: T[], help: string) =>
    new Histogram({ name, labelNames, help, buckets: seconds, registers })
  const counter = <T extends string>(name: string, labelNames: T[], help: string) =>
    new Counter({ name, labelNames, help, registers })
  const gauge = <T extends string>(name: string, labelNames: T[], help: string) =>
    new Gauge({ name, labelNames, help, registers })
  return {
    rpcDuration: histogram(
      'troupe_rpc_server_duration_seconds',
      ['service', 'method', 'code'],
      'Time from the start of a call to its answer, by status code',
    ),
    rpcInFlight: gauge('troupe_rpc_server_in_flight', ['service'], 'Calls being handled'),
    rpcShed: counter('troupe_rpc_server_shed_total', ['service'], 'Calls refused because of overload'),
    clientDuration: histogram(
      'troupe_rpc_client_duration_seconds',
      ['target', 'method', 'code'],
      'Time a call to another context took, retries included',
    ),
    outboxPending: gauge('troupe_outbox_pending', ['context'], 'Events committed but not yet published'),
    outboxRelayed: counter('troupe_outbox_relayed_total', ['context'], 'Events published and acknowledged'),
    consumed: counter(
      'troupe_consumer_messages_total',
      ['context', 'consumer', 'outcome'],
      'Deliveries handled, by what became of them',
    ),
    consumeDuration: histogram(
      'troupe_consumer_duration_seconds',
      ['context', 'consumer'],
      'Time from taking up a delivery to its outcome',
    ),
    deadLetters: gauge('troupe_dead_letters', ['context', 'consumer'], 'Messages waiting in the dead letters'),
    flushDuration: histogram('troupe_flush_duration_seconds', ['context'], 'Time to commit a unit of work'),
    flushConflicts: counter('troupe_flush_conflicts_total', ['context'], 'Units of work run again after a conflict'),
    processCommands: counter(
      'troupe_process_commands_total',
      ['context', 'process', 'outcome'],
      'Tries of process commands, by what became of them',
    ),
    pool: gauge('troupe_db_pool_connections', ['context', 'state'], 'Database connections, idle or in use'),
    poolWaiting: gauge('troupe_db_pool_waiting', ['context'], 'Requests waiting for a database connection'),
    collectFailures: counter('troupe_metrics_collect_failures_total', [], 'Collectors that failed or took too long'),
  }
}
